"""`agent doctor`: whether this machine, this screen and this endpoint will do."""
