"""Text messages by a gateway."""
