"""The relations between numbers that a step writes down, in prose or LaTeX, and their truth."""
