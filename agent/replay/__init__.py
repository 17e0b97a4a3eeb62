"""Recorded sessions compared with today's program, and with models."""
