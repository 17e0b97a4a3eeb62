"""`agent show` and `agent list`."""
