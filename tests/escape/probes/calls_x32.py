"""Make calls by the numbers of x32, which a filter that looks at numbers alone lets through."""

for name, number in {"getpid": 39, "socket": 41, "fork": 57, "ptrace": 521, "execve": 520}.items():
    number |= 0x40000000
    attempt(f"x32 {name}", call, number, *((0,) * 3 if name != "socket" else (2, 1, 0)))
finish()
