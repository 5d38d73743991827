"""Start threads with the smallest of stacks, 1,500 at most."""

import threading

mark()
threading.stack_size(32768)
hold = threading.Event()
started = 0
try:
    while started < 1500:
        threading.Thread(target=hold.wait, daemon=True).start()
        started += 1
except BaseException:
    pass
hold.set()
tried("threads without end", started > 512)
finish()
