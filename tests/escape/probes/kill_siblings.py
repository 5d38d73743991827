"""Kill what runs in the other slot, by guessing its number, where the machine is out of reach."""

import signal

mark()
own = os.getpid()
for number in range(max(2, own - 300), own + 300):
    if number == own:
        continue
    try:
        os.kill(number, signal.SIGURG)
    except OSError:
        continue
    tried(f"signal {number}", number not in (os.getppid(),))
try:
    os.kill(P["victim"], 0)
except OSError:
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        pass
tried("kill", False)
finish()
