"""Running the whole: the command line, the stages of a run, recipes."""
