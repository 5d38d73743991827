"""Sleep for a minute."""

time.sleep(60)
