"""Read where nothing is."""

tried("crash", False)
finish()
ctypes.string_at(0)
