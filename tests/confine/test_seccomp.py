"""The allow-list as the kernel keeps it: raw calls from a process that has loaded it."""

import errno
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from stepsmith.sandboxes.confine import seccomp
from stepsmith.sandboxes.confine.bpf import ALLOW
from stepsmith.sandboxes.confine.linux import MACHINE
from stepsmith.sandboxes.confine.numbers import NUMBERS
from tests.confine.test_bpf import DENY, judge

pytestmark = pytest.mark.skipif(MACHINE not in seccomp.ARCHITECTURES, reason="no filter for it")

X86_64 = pytest.mark.skipif(MACHINE != "x86_64", reason="numbers of x86_64")
HEADERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
CLONE_VM_AND_THREAD = 0x3D0F00
CLONE_NEWUSER = 0x10000000


def confined(body: str, *, processes: bool = False, own: bool = False) -> str:
    """Run Python text behind the filter, in a process of its own; return what it printed."""
    prelude = (
        "import ctypes, errno, os, signal, socket, sys\n"
        "from stepsmith.sandboxes.confine import linux, seccomp\n"
        "def raw(number, *arguments):\n"
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    words = [ctypes.c_long(word) for word in arguments]\n"
        "    if libc.syscall(ctypes.c_long(number), *words) >= 0: return 'through'\n"
        "    return errno.errorcode[ctypes.get_errno()]\n"
        "linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)\n"
        f"built = seccomp.build(processes={processes}, own_files={own}, own_pids={own})\n"
        "seccomp.load(built.for_process(os.getpid()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", prelude + textwrap.dedent(body)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode < 0:
        return signal.Signals(-done.returncode).name
    return done.stdout.strip() or done.stderr


REFUSED = {
    "ptrace": 101,
    "syslog": 103,
    "personality": 135,
    "mount": 165,
    "umount2": 166,
    "swapon": 167,
    "reboot": 169,
    "sethostname": 170,
    "init_module": 175,
    "setxattr": 188,
    "io_setup": 206,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "inotify_init": 253,
    "unshare": 272,
    "vmsplice": 278,
    "perf_event_open": 298,
    "fanotify_init": 300,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "setns": 308,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "finit_module": 313,
    "memfd_create": 319,
    "bpf": 321,
    "execveat": 322,
    "userfaultfd": 323,
    "pkey_alloc": 330,
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "open_tree": 428,
    "pidfd_open": 434,
    "process_madvise": 440,
    "landlock_create_ruleset": 444,
    "memfd_secret": 447,
    "socket": 41,
    "connect": 42,
    "bind": 49,
    "listen": 50,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "shmget": 29,
    "semget": 64,
    "msgget": 68,
    "setsid": 112,
    "setuid": 105,
    "mknod": 133,
    "chroot": 161,
    "sched_setaffinity": 203,
    "setpriority": 141,
    "mq_open": 240,
    "tkill": 200,
    "rt_sigqueueinfo": 129,
    "rt_tgsigqueueinfo": 297,
    "chmod": 90,
    "utime": 132,
    "truncate": 76,
    "flock": 73,
}


@X86_64
def test_what_is_not_on_the_list_is_refused() -> None:
    body = f"for number in {list(REFUSED.values())}: print(raw(number, 0, 0, 0, 0, 0))"
    assert dict(zip(REFUSED, confined(body).split(), strict=True)) == dict.fromkeys(
        REFUSED, "EPERM"
    )


@X86_64
def test_a_clone_with_flags_out_of_sight_is_not_known_to_this_kernel() -> None:
    assert confined("print(raw(435, 0, 0))") == "ENOSYS"


@X86_64
def test_the_gate_of_32_bit_programs_kills() -> None:
    # int 0x80 with eax = 20, getpid: its number means another call in the table of 64 bits.
    body = """
        import mmap
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
    """
    assert confined(body) == "SIGSYS"


@X86_64
def test_the_numbers_of_x32_kill() -> None:
    assert confined("raw(0x40000000 + 39)") == "SIGSYS"


def test_threads_start_and_processes_do_not() -> None:
    body = """
        import threading
        thread = threading.Thread(target=print, args=("thread",))
        thread.start()
        thread.join()
        try: os.fork()
        except PermissionError: print("no process")
    """
    assert confined(body).split("\n") == ["thread", "no process"]


def test_processes_start_where_they_may_and_never_in_new_namespaces() -> None:
    body = f"""
        import subprocess
        print(subprocess.run(["true"]).returncode)
        print(raw({NUMBERS["clone"][MACHINE]}, {CLONE_NEWUSER | 17}, 0, 0, 0, 0))
    """
    assert confined(body, processes=True, own=True).split() == ["0", "EPERM"]


def test_a_signal_may_only_name_the_process_itself() -> None:
    body = """
        for pid in (os.getppid(), 1, 0, -1, -os.getpid()):
            try: os.kill(pid, 0); print("through")
            except PermissionError: print("refused")
        os.kill(os.getpid(), 0)
        os.abort()
    """
    assert confined(body) == "SIGABRT"
    assert confined(body.replace("os.abort()", "")).split() == ["refused"] * 5


def test_signals_by_way_of_a_descriptor_are_refused_too() -> None:
    body = """
        import fcntl
        for command in (fcntl.F_SETOWN, fcntl.F_SETSIG, fcntl.F_NOTIFY, fcntl.F_SETLK):
            try: fcntl.fcntl(0, command, 0); print("through")
            except PermissionError: print("refused")
        print(fcntl.fcntl(0, fcntl.F_GETFD))
    """
    assert confined(body).split() == ["refused"] * 4 + ["0"]


def test_the_only_sockets_are_pairs_that_lead_nowhere_else() -> None:
    body = """
        ours, theirs = socket.socketpair()
        ours.sendall(b"x")
        print(theirs.recv(1))
        for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            try: socket.socketpair(socket.AF_UNIX, kind); print("through")
            except PermissionError: print("refused")
        try: ours.sendto(b"x", "/run/nobody"); print("through")
        except PermissionError: print("refused")
    """
    assert confined(body).split() == ["b'x'", "refused", "refused", "refused"]


def test_nothing_can_be_typed_into_a_terminal() -> None:
    body = """
        import fcntl, termios
        for request in (termios.TIOCSTI, termios.TIOCSCTTY, termios.TIOCLINUX):
            try: fcntl.ioctl(0, request, b"x"); print("through")
            except PermissionError: print("refused")
    """
    assert confined(body).split() == ["refused"] * 3


def test_limits_of_another_process_cannot_be_read_or_set() -> None:
    body = """
        import resource
        try: resource.prlimit(os.getppid(), resource.RLIMIT_CORE); print("through")
        except PermissionError: print("refused")
        print(resource.prlimit(os.getpid(), resource.RLIMIT_CORE) ==
              resource.getrlimit(resource.RLIMIT_CORE))
    """
    assert confined(body).split() == ["refused", "True"]


def test_ordinary_programs_do_not_notice() -> None:
    body = """
        import asyncio, json, random, select, tempfile, time
        async def wait(): await asyncio.sleep(0.001); return "slept"
        print(asyncio.run(wait()))
        print(json.dumps(sorted(os.listdir("/usr"))[:0]), time.strftime("%Y") > "2000")
    """
    assert confined(body).split() == ["slept", "[]", "True"]


@X86_64
@pytest.mark.skipif(not HEADERS.exists(), reason="no kernel headers here")
def test_the_numbers_are_the_kernels_own() -> None:
    words = [line.split() for line in HEADERS.read_text().splitlines()]
    named = {row[1]: int(row[2]) for row in words if row[:1] == ["#define"] and len(row) == 3}
    known = {name: by["x86_64"] for name, by in NUMBERS.items() if "x86_64" in by}
    theirs = {name: named[f"__NR_{name}"] for name in known if f"__NR_{name}" in named}
    assert {name: known[name] for name in theirs} == theirs
    assert len(theirs) >= len(known) - 1  # the newest may be younger than the headers


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_filter_is_built_for_each_known_machine(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seccomp, "MACHINE", machine)
    program = seccomp.build(processes=False, own_files=False, own_pids=False).for_process(77)
    arch = seccomp.ARCHITECTURES[machine]

    def decide(name: str, *arguments: int) -> int:
        return judge(program, NUMBERS[name][machine], arguments, arch)

    assert decide("read") == decide("exit_group") == decide("futex") == ALLOW
    assert decide("execve") == decide("unshare") == decide("mount") == DENY
    assert decide("clone", CLONE_VM_AND_THREAD) == ALLOW
    assert decide("clone", 17) == decide("clone", CLONE_VM_AND_THREAD | CLONE_NEWUSER) == DENY
    assert decide("kill", 77, 9) == ALLOW
    assert decide("kill", 78, 9) == DENY
    assert decide("socketpair", socket.AF_UNIX, socket.SOCK_STREAM | 0o2000000) == ALLOW
    assert decide("socketpair", socket.AF_INET, socket.SOCK_STREAM) == DENY
    assert decide("clone3") == 0x00050000 | errno.ENOSYS


def test_a_filter_is_small_enough_for_the_kernel_to_try_on_every_number() -> None:
    built = seccomp.build(processes=True, own_files=True, own_pids=False)
    assert len(built.program) // 8 < 700
