"""Send itself SIGXCPU."""

import signal

tried("signal", False)
finish()
os.kill(os.getpid(), signal.SIGXCPU)
time.sleep(1)
