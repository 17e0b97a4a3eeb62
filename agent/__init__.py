"""gui-plus-agent: looks at the screen, asks a vision model, clicks and types, and records every step."""
