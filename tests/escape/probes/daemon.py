"""Fork twice and leave the session, to live on without a parent for a minute."""

mark()


def leave():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for descriptor in range(3):
        os.close(descriptor)
    time.sleep(60)
    os._exit(0)


attempt("fork", leave)
finish()
