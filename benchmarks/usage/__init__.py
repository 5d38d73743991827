"""What runs use: processor time and memory."""
