"""Close every descriptor, then end as if nothing had been."""

tried("close", False)
finish()
os.closerange(0, 4096)
os._exit(0)
