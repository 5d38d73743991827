"""Take back what was limited: limits, priority, scheduler, clock, the OOM killer's eye."""

import resource

for name in ("AS", "CPU", "NOFILE", "NPROC", "FSIZE", "CORE", "STACK", "MEMLOCK", "MSGQUEUE", "NICE", "RTPRIO", "SIGPENDING"):
    which = getattr(resource, f"RLIMIT_{name}", {"SIGPENDING": 11}.get(name))
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        attempt(f"raise {name}", resource.setrlimit, which, (hard + 1, hard + 1))
    attempt(f"no limit of {name}", lambda: resource.setrlimit(which, (-1, -1)) if hard != -1 else False)
attempt("nice", os.nice, -5)
attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
attempt("clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
attempt("oom score", lambda: os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1"))
attempt("root", os.setuid, 0)
attempt("root group", os.setgroups, [0])
attempt("no seccomp", call, 157, 22, 0, 0)
attempt("dumpable", call, 157, 4, 1, 0, 0, 0)
attempt("subreaper", call, 157, 36, 1, 0, 0, 0)
attempt("keep capabilities", call, 157, 8, 1, 0, 0, 0)
attempt("parent's death signal", call, 157, 1, 0, 0, 0, 0)
attempt("cgroup", lambda: os.listdir("/sys/fs/cgroup"))
finish()
