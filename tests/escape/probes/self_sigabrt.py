"""Send itself SIGABRT."""

import signal

tried("signal", False)
finish()
os.kill(os.getpid(), signal.SIGABRT)
time.sleep(1)
