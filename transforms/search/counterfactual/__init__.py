"""The parts of `graph_counterfactuals`: a gold chain, the text of its edits, and their rows."""
