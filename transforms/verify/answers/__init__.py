"""Two answers compared: text, words, choices, and formulas by what they mean as an answer."""
