"""Look for the owner's secret in all that a program is given: environment, arguments, /proc."""

shows(repr((dict(os.environ), sys.argv, sys.orig_argv, sys.path, sys.flags)).encode())
people = ("self", 1, os.getppid(), P["owner"], P["victim"])
for path in (f"/proc/{who}/{name}" for who in people for name in ("environ", "cmdline", "auxv")):
    attempt(path, reads, path)
tried("environment", False)
finish()
