"""Send itself SIGSEGV."""

import signal

tried("signal", False)
finish()
os.kill(os.getpid(), signal.SIGSEGV)
time.sleep(1)
