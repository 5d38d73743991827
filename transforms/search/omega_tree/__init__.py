"""OmegaPRM's tree: which problems get one, what is searched next, and the states it finds."""
