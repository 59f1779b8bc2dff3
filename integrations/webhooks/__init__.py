"""Events for receivers elsewhere."""
