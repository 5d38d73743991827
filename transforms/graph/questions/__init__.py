"""Multi-hop questions from the paths of a graph: sampling, splits, texts, options."""
