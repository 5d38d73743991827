"""Read what is not the program's: canaries, passwords, the home, the repository, devices."""

for path in P["secrets"]:
    attempt(path, reads, path)
for folder in P["homes"]:
    # One name in it is the way to the interpreter, in a root that holds nothing else.
    attempt(f"list {folder}", lambda: len(os.listdir(folder)) > 1)
for device in ("mem", "kmem", "port", "kmsg", "kvm", "fuse", "vda", "sda", "nvme0n1", "loop-control", "ptmx", "tty", "console", "net/tun", "vsock", "userfaultfd", "cpu_dma_latency", "hpet", "snapshot"):
    attempt(f"/dev/{device}", lambda: os.close(os.open(f"/dev/{device}", os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)))
finish()
