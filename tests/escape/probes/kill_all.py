"""Signal everybody: gently first, and for good where the machine's own are out of reach."""

import signal

mark()
reached = True
try:
    os.kill(P["victim"], 0)
except OSError:
    reached = False
for number in (signal.SIGURG, signal.SIGWINCH):
    try:
        os.kill(-1, number)
    except OSError:
        pass
if not reached:
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        pass
for process in (P["victim"], P["owner"]):
    attempt(f"signal {process}", os.kill, process, signal.SIGURG)
finish()
