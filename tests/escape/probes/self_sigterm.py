"""Send itself SIGTERM."""

import signal

tried("signal", False)
finish()
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(1)
