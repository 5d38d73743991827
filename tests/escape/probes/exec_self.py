"""Become another program, which would shed what the interpreter set up."""

import sys

mark()
sys.stdout.write(f"\n{P['tag']} " + '{"tried": ["exec"], "escaped": ["exec"]}' + "\n")
sys.stdout.flush()
for path in ("/bin/true", "/usr/bin/env", sys.executable):
    try:
        os.execv(path, [path, "-c", "pass"])
    except OSError:
        pass
try:
    os.execve(os.memfd_create("program"), ["program"], {})
except OSError:
    pass
tried("exec", False)
finish()
