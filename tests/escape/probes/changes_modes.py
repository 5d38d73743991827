"""Change what a file says of itself: mode, owner, times, attributes."""

import fcntl

path = P["file"]
attempt("chmod", os.chmod, path, 0o666)
attempt("chmod of the folder", os.chmod, os.path.dirname(path), 0o777)
attempt("chown", os.chown, path, 12345, 12345)
attempt("utime", os.utime, path, (1, 1))
attempt("setxattr", os.setxattr, path, "user.forged", b"x")
attempt("fchmodat2", call, 452, -100, address(path.encode()), 0o666, 0)


def through_a_descriptor():
    descriptor = os.open(path, os.O_PATH)
    os.chmod(f"/proc/self/fd/{descriptor}", 0o666)


def by_ioctl():
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.ioctl(descriptor, 0x40086602, b"\0" * 8)


attempt("chmod through /proc", through_a_descriptor)
attempt("ioctl FS_IOC_SETFLAGS", by_ioctl)
finish()
