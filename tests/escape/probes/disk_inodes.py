"""Make empty files wherever it works, 12,000 at most: they cost memory that no size counts."""

made = []
for folder in (os.getcwd(), "/tmp", "/dev/shm", "/var/tmp"):
    for number in range(12_000):
        path = f"{folder}/{P['tag']}-{number}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError:
            break
        made.append(path)
        if len(made) >= 12_000:
            break
tried("files without end", len(made) > 10_000)
for path in made[1:]:
    os.unlink(path)
finish()
