"""Events out of the portal: who is told of what, by signed calls after Standard Webhooks."""
