"""What the pages of new business hold."""
