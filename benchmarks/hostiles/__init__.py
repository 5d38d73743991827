"""Inputs made to hang, fool or take over a grader, and what is kept of each trial."""
