"""The pure parts of `code_mutation`: which lines an edit changes, and the rows made of a run."""
