"""What many values come to: claims with intervals, and curves."""
