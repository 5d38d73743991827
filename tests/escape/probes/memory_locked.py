"""Pin memory, so that the machine cannot page it out."""

area = ctypes.create_string_buffer(8 << 20)
attempt("mlock", lambda: LIBC.mlock(area, 8 << 20) == 0)
attempt("mlockall", lambda: LIBC.mlockall(3) == 0)
attempt("mlock2", call, 325, ctypes.addressof(area), 8 << 20, 1)
finish()
