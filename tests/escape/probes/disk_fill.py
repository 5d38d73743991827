"""Write files of 8 MiB wherever it works, 160 MiB at most."""

FOLDERS = [os.getcwd(), "/tmp", "/dev/shm", "/var/tmp", "/run", "/run/lock", "/dev/mqueue", "/root", "/", "/box"]
written = 0
block = b"x" * (8 << 20)
for folder in FOLDERS:
    for number in range(20):
        try:
            descriptor = os.open(f"{folder}/{P['tag']}-{number}", os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError:
            break
        try:
            written += os.write(descriptor, block)
        except OSError:
            break
        finally:
            os.close(descriptor)
        if written > 160 << 20:
            break
tried("more disk than allowed", written > 4 * P["disk_bytes"])
finish()
