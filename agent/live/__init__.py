"""Recorded sessions done again on a screen."""
