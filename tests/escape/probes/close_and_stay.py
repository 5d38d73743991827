"""Close every descriptor, and stay until the end of time."""

mark()
os.closerange(0, 4096)
time.sleep(60)
