"""From signals to labels."""
