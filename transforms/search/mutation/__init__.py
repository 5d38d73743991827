"""The parts of `code_mutation`: what an edit changes, a teacher's edits, and the rows of a run."""
