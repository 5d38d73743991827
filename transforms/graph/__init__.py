"""Knowledge graphs: facts, an index of them, names, and paths between nodes."""
