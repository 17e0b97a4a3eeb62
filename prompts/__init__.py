"""The system prompts, one text file a dialect. Package data; imports nothing."""
