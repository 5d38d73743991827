"""Everything between problems and rows: sources, policies, searches, verifiers, labels, formats."""
