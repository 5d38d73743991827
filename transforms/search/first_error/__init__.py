"""Where a solution first goes wrong.

By its posterior under all evidence there is (`suspects` and what is around it: the strategy
`bisect`), by a binary search that counts completions alone (`binary_search`: `omega`), or by
whichever of the ways a recipe chooses (`blame`: `repair`).
"""
