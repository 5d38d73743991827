"""Read what the kernel tells of the machine under /proc and /sys, and write to its switches."""

FILES = """
/proc/keys /proc/key-users /proc/kallsyms /proc/net/tcp /proc/net/unix /proc/mounts /proc/self/mountinfo /proc/self/maps /proc/self/status
/proc/cmdline /proc/sched_debug /proc/timer_list /proc/interrupts /proc/iomem /proc/kcore /proc/modules /proc/config.gz /proc/locks
/proc/sysvipc/shm /proc/sys/kernel/random/boot_id /proc/sys/kernel/core_pattern /sys/kernel/notes /sys/kernel/mm/transparent_hugepage/enabled
/sys/kernel/debug /sys/fs/cgroup /sys/class/net /sys/firmware /sys/block /sys/devices/virtual/dmi/id/product_name
""".split()
SWITCHES = """
/proc/self/oom_score_adj /proc/self/comm /proc/self/timerslack_ns /proc/self/coredump_filter /proc/self/clear_refs /proc/self/setgroups /proc/self/attr/current
""".split()


def says(path):
    """Say whether there is a word in it: what a container masks can be opened, and is empty."""
    if os.path.isdir(path):
        return os.listdir(path) != []
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    return os.read(descriptor, 1) != b""


for path in FILES:
    attempt(path, says, path)
for path in SWITCHES:
    attempt(f"write {path}", lambda: os.close(os.open(path, os.O_WRONLY)))
finish()
