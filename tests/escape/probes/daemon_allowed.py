"""Where processes are allowed: live on without a parent, for a minute."""

mark()
if not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    for descriptor in range(3):
        os.close(descriptor)
    time.sleep(60)
    os._exit(0)
tried("live on", False)
finish()
