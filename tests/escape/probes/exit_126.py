"""End with 126, a number that some tools keep for themselves."""

tried("end", False)
finish()
os._exit(126)
