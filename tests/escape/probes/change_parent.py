"""Change how the parent and the owner run: limits, priority, cores, what the OOM killer thinks."""

import resource


def limit(process):
    resource.prlimit(process, resource.RLIMIT_NOFILE, resource.prlimit(process, resource.RLIMIT_NOFILE))


for who, process in {"parent": os.getppid(), "victim": P["victim"]}.items():
    attempt(f"{who} prlimit", limit, process)
    attempt(f"{who} priority", os.setpriority, os.PRIO_PROCESS, process, 19 if who == "victim" else 1)
    attempt(f"{who} affinity", os.sched_setaffinity, process, {0})
    attempt(f"{who} scheduler", os.sched_setscheduler, process, os.SCHED_BATCH, os.sched_param(0))
    attempt(f"{who} ioprio", call, 251, 1, process, (3 << 13))
    attempt(f"{who} oom", lambda: os.write(os.open(f"/proc/{process}/oom_score_adj", os.O_WRONLY), b"900"))
    attempt(f"{who} process group", os.setpgid, process, process)
finish()
