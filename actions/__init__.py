"""What can be done on a desktop, how a model's reply is read into it, and who does it."""
