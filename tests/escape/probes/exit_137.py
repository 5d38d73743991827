"""End with 137, a number that some tools keep for themselves."""

tried("end", False)
finish()
os._exit(137)
