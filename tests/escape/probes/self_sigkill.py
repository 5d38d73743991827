"""Send itself SIGKILL."""

import signal

tried("signal", False)
finish()
os.kill(os.getpid(), signal.SIGKILL)
time.sleep(1)
