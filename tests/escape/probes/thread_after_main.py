"""End the main thread, and go on in others, which start more."""

import threading

mark()


def relay():
    time.sleep(0.05)
    threading.Thread(target=relay).start()


threading.Thread(target=relay).start()
threading.Thread(target=relay, daemon=True).start()
tried("live on in a thread", False)
finish()
