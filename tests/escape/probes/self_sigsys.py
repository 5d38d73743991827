"""Send itself SIGSYS."""

import signal

tried("signal", False)
finish()
os.kill(os.getpid(), signal.SIGSYS)
time.sleep(1)
