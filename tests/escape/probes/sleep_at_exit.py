"""End the program, and sleep in what is called at its exit."""

import atexit

mark()
atexit.register(time.sleep, 60)
tried("leave a sleeper", False)
finish()
