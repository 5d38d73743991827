"""End with 125, a number that some tools keep for themselves."""

tried("end", False)
finish()
os._exit(125)
