"""Following the algebra of a solution: the equations it writes down, and what follows from them."""
