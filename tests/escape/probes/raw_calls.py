"""Make the calls that a program has no business with, by number, with arguments that do nothing.

A call that fails for its arguments was let through: only "not permitted" and "no such call" count
as refused. What is let through is an escape, whether or not these arguments reached anything.
"""

CALLS = {
    "ptrace": (101, 0xFFFF, 0, 0, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0), "process_vm_writev": (311, 1, 0, 0, 0, 0, 0),
    "kcmp": (312, 1, 1, 99, 0, 0), "pidfd_open": (434, -1, 0), "pidfd_getfd": (438, -1, 0, 0), "pidfd_send_signal": (424, -1, 0, 0, 0),
    "process_madvise": (440, -1, 0, 0, 0, 0), "process_mrelease": (448, -1, 0), "move_pages": (279, 0, 0, 0, 0, 0, 99), "migrate_pages": (256, 0, 0, 0, 0),
    "mount": (165, 1, 1, 1, 0, 0), "umount2": (166, 1, 0), "pivot_root": (155, 1, 1), "chroot": (161, 1), "setns": (308, -1, 0),
    "unshare": (272, 0x80000000), "fsopen": (430, 1, 0), "fsconfig": (431, -1, 0, 0, 0, 0), "fsmount": (432, -1, 0, 0), "fspick": (433, -1, 1, 0),
    "open_tree": (428, -1, 1, 0), "move_mount": (429, -1, 1, -1, 1, 0), "mount_setattr": (442, -1, 1, 0, 0, 0), "statmount": (457, 0, 0, 0, 0), "listmount": (458, 0, 0, 0, 0),
    "bpf": (321, 99, 0, 0), "perf_event_open": (298, 1, 0, -1, -1, 0), "userfaultfd": (323, 0x40000000), "io_uring_setup": (425, 0, 0),
    "io_uring_enter": (426, -1, 0, 0, 0, 0, 0), "io_uring_register": (427, -1, 99, 0, 0), "io_setup": (206, 0, 0), "io_submit": (209, 0, 0, 0),
    "keyctl": (250, 99, 0, 0, 0, 0), "add_key": (248, 1, 1, 0, 0, 0), "request_key": (249, 1, 1, 0, 0),
    "memfd_create": (319, 1, 0xFFFF), "memfd_secret": (447, 0x7FFF), "shmget": (29, 0, 0, 0), "shmat": (30, -1, 0, 0), "msgget": (68, 12345, 0), "semget": (64, 0, -1, 0),
    "mq_open": (240, 1, 0, 0, 0), "init_module": (175, 0, 0, 1), "finit_module": (313, -1, 1, 0), "delete_module": (176, 1, 0),
    "kexec_load": (246, 0, 0, 1, 99), "kexec_file_load": (320, -1, -1, 0, 0, 99), "reboot": (169, 0, 0, 0, 0), "swapon": (167, 1, 0), "swapoff": (168, 1),
    "syslog": (103, 99, 0, 0), "acct": (163, 1), "quotactl": (179, 0, 0, 0, 0), "settimeofday": (164, 1, 0), "clock_settime": (227, 99, 0), "clock_adjtime": (305, 99, 0), "adjtimex": (159, 1),
    "sethostname": (170, 1, -1), "setdomainname": (171, 1, -1), "iopl": (172, 99), "ioperm": (173, 0, 0, 99), "modify_ldt": (154, 99, 0, 0), "personality": (135, 0xFFFFFFFF),
    "mknod": (133, 1, 0, 0), "mknodat": (259, -1, 1, 0, 0), "open_by_handle_at": (304, -1, 1, 0), "name_to_handle_at": (303, -1, 1, 1, 1, 0),
    "fanotify_init": (300, 0xFFFF, 0), "fanotify_mark": (301, -1, 0, 0, 0, 0), "inotify_init1": (294, 0xFFFF), "inotify_add_watch": (254, -1, 1, 0), "lookup_dcookie": (212, 0, 0, 0),
    "execve": (59, 1, 0, 0), "execveat": (322, -1, 1, 0, 0, 0), "setuid": (105, -1), "setgid": (106, -1), "setreuid": (113, -2, -2), "setresuid": (117, -2, -2, -2), "setresgid": (119, -2, -2, -2),
    "setfsuid": (122, -2), "setgroups": (116, 999999, 1), "capset": (126, 1, 1), "chown": (92, 1, 0, 0), "lchown": (94, 1, 0, 0), "fchown": (93, -1, 0, 0), "fchownat": (260, -1, 1, 0, 0, 0),
    "setxattr": (188, 1, 1, 0, 0, 0), "fsetxattr": (190, -1, 1, 0, 0, 0), "sched_setattr": (314, 0, 1, 0), "sched_setscheduler": (144, 0, 99, 1), "ioprio_set": (251, 99, 0, 0), "setpriority": (141, 99, 0, 0),
    "mbind": (237, 0, 0, 99, 0, 0, 0), "set_mempolicy": (238, 99, 0, 0), "vmsplice": (278, -1, 0, 0, 0), "splice": (275, -1, 0, -1, 0, 0, 0), "tee": (276, -1, -1, 0, 0),
    "rt_sigqueueinfo": (129, 1, 0, 1), "rt_tgsigqueueinfo": (297, 1, 1, 0, 1), "seccomp": (317, 99, 0, 0), "landlock_create_ruleset": (444, 1, 0, 99),
    "uselib": (134, 1), "sysfs": (139, 99), "ustat": (136, 0, 0), "nfsservctl": (180, 0, 0, 0), "get_mempolicy": (239, 0, 0, 0, 0, 99), "set_mempolicy_home_node": (450, 0, 0, 0, 1),
    "lsm_set_self_attr": (460, 99, 0, 0, 99), "quotactl_fd": (443, -1, 0, 0, 0), "map_shadow_stack": (453, 0, 0, 99), "setsid": (112,), "remap_file_pages": (216, 0, 0, 0, 0, 0), "prctl": (157, 41, 0, 0, 0, 0),
    "socket": (41, 2, 1, 0), "socket of netlink": (41, 16, 3, 0), "socket of vsock": (41, 40, 1, 0), "prlimit of another": (302, 1, 7, 0, 0),
}
for name, (number, *arguments) in CALLS.items():
    try:
        call(number, *arguments)
        through = True
    except OSError as error:
        through = error.errno not in (errno.EPERM, errno.ENOSYS)
    tried(name, through)
finish()
