"""End with 1, a number that some tools keep for themselves."""

tried("end", False)
finish()
os._exit(1)
