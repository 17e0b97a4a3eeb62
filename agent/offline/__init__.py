"""The offline model: plain instructions, followed on what is read on the screen, without a key or a network."""
