"""Leave a child that keeps standard output open for a minute."""

mark()


def leave():
    if not os.fork():
        time.sleep(60)
        os._exit(0)


attempt("fork", leave)
finish()
