"""What completions say of the prefixes of solutions, and the rows made of that."""
