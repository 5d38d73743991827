"""Never read the input, however much of it there is."""

tried("leave the input", False)
finish()
