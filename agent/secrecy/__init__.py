"""What a run keeps to itself."""
