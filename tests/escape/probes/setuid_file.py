"""Make a program that runs as somebody else, and a device."""

import stat

folder = next((folder for folder in (os.getcwd(), "/tmp", "/dev/shm") if os.access(folder, os.W_OK)), None)
if folder:
    path = f"{folder}/{P['tag']}-program"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o755))
        os.chmod(path, 0o6755)
        tried("a setuid file of another", os.stat(path).st_uid in (0,) and os.getuid() != 0)
    except OSError:
        pass
    attempt("device", os.mknod, f"{folder}/{P['tag']}-device", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    attempt("chown", os.chown, path, 0, 0)
    attempt("file capability", os.setxattr, path, "security.capability", bytes.fromhex("0100000200000000000000000000000000000000"))
attempt("own world", call, 272, 0x20000)
finish()
