"""Sessions on disk: written as they happen, read as what may be hostile."""
