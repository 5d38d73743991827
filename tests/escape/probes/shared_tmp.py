"""Look for what the program in the other slot keeps in its temporary folders."""

time.sleep(0.2)
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run/lock", "/box", os.path.dirname(os.getcwd())):
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    for name in names:
        if P["tag"] in name:
            tried(f"{folder}/{name}", True)
            attempt(f"read {name}", reads, f"{folder}/{name}")
tried("look", False)
finish()
