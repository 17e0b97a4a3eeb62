"""Reading the screen: its texts with their places, and which of them a label means."""
