"""Which system calls a program may make: an allow-list; all else is refused with EPERM."""

import ctypes
import errno
from typing import Final

from stepsmith.sandboxes.confine import bpf
from stepsmith.sandboxes.confine.bpf import ALLOW, ERRNO, OWN_PID, Decision, Demand, Filter, Rule
from stepsmith.sandboxes.confine.linux import MACHINE, PR_SET_SECCOMP, call
from stepsmith.sandboxes.confine.numbers import NUMBERS

ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FILTER_MODE = 2

_PLAIN: Final = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek
close close_range dup dup2 dup3 pipe pipe2 fstat stat lstat newfstatat statx statfs fstatfs
access faccessat faccessat2 open openat readlink readlinkat getdents getdents64 getcwd chdir fchdir
fsync fdatasync ftruncate fallocate fadvise64 readahead copy_file_range sendfile umask
select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime
mmap mprotect munmap brk mremap madvise msync mincore membarrier
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getitimer setitimer
alarm pause timer_create timer_settime timer_gettime timer_getoverrun timer_delete
getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgid getpgrp
getsid uname sysinfo getrusage getrlimit setrlimit getpriority getrandom getcpu
sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
sched_get_priority_min
futex futex_waitv set_robust_list get_robust_list rseq set_tid_address arch_prctl
exit exit_group wait4 waitid restart_syscall
recvfrom recvmsg sendmsg shutdown getsockname getpeername getsockopt
"""

_CHANGES_FILES: Final = """
rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat link linkat symlink symlinkat
chmod fchmod fchmodat fchmodat2 utimensat utime utimes futimesat truncate flock
"""
"""Only where a file system of its own is all that a program can write to. Landlock does not see
`chmod` and its like, and a lock on a shared file is a message to the next run."""

_PROCESSES: Final = "fork vfork execve execveat setsid setpgid"

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020080
_AF_UNIX, _SOCK_STREAM, _SOCKET_TYPE = 1, 1, 0xF
_PRCTL_OPTIONS = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_IOCTL_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: to look and to set flags, never to type.
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030, 1032, 1034)
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_GET_SEALS. Not
# F_SETOWN and F_SETSIG: together they are a signal to any process of the same user.
_FCNTL_LOCKS = (5, 6, 7, 36, 37, 38)


def _one_of(argument: int, values: tuple[int, ...]) -> Rule:
    return tuple((Demand(argument, value),) for value in values)


def build(*, processes: bool, own_files: bool, own_pids: bool) -> Filter:
    """Write the filter.

    `processes`: the program may fork and execute, never into new namespaces. `own_files`: what it
    can write to is its own. `own_pids`: so are all the processes that it can see; without, a signal
    may only name itself.
    """
    names = " ".join((_PLAIN, _CHANGES_FILES * own_files, _PROCESSES * processes)).split()
    decisions: dict[str, Decision] = dict.fromkeys(names, ALLOW)
    decisions |= {
        "clone": ((Demand(0, 0, _CLONE_NAMESPACES),),) if processes else _threads_only(),
        "clone3": ERRNO | errno.ENOSYS,  # its flags are out of sight; libc falls back to clone
        "prlimit64": _one_of(0, (0, OWN_PID)),
        "socketpair": ((Demand(0, _AF_UNIX), Demand(1, _SOCK_STREAM, _SOCKET_TYPE)),),
        # To no address: with one it reaches sockets that others listen on.
        "sendto": ((Demand(4, 0), Demand(4, 0, high=True)),),
        "prctl": _one_of(0, _PRCTL_OPTIONS),
        "ioctl": _one_of(1, _IOCTL_REQUESTS),
        "fcntl": _one_of(1, _FCNTL_COMMANDS + _FCNTL_LOCKS * own_files),
        "kill": ALLOW if own_pids else _one_of(0, (OWN_PID,)),
        "tgkill": ALLOW if own_pids else _one_of(0, (OWN_PID,)),
        "tkill": ALLOW if own_pids else ERRNO | errno.EPERM,
    }
    numbered = {
        NUMBERS[name][MACHINE]: decision
        for name, decision in decisions.items()
        if MACHINE in NUMBERS[name]
    }
    return bpf.assemble(ARCHITECTURES[MACHINE], numbered, ERRNO | errno.EPERM)


def _threads_only() -> Rule:
    return ((Demand(0, _CLONE_THREAD, _CLONE_THREAD | _CLONE_NAMESPACES),),)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def load(program: bytes) -> None:
    """Put the filter before this process for good; it must have given up new privileges."""
    head = _Program(len(program) // 8, program)
    call("prctl", PR_SET_SECCOMP, _FILTER_MODE, bytes(head), 0, 0)
