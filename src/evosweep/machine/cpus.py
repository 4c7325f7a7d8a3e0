"""Count the CPUs that this process may use: its affinity, cut by the quota of its control group.

`os.cpu_count` and `os.process_cpu_count` ignore quotas: in a container started with `--cpus 2` on a
machine with 64 cores they return 64. This module reads both versions of control groups below
/sys/fs/cgroup, where a container finds its own.
"""

import os
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")


def available_cpus(root: Path = _ROOT) -> int:
    """Return the CPUs for this process, 1 or more; a quota of 2.5 gives 2, to avoid throttling."""
    allowed = len(os.sched_getaffinity(0))
    quota = cpu_quota(root)
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def cpu_quota(root: Path = _ROOT) -> float | None:
    """Return the quota in CPUs of the control group mounted at `root`; None without a quota."""
    both = _words(root / "cpu.max")  # version 2: "200000 100000", or "max 100000"
    if not both:  # version 1: one file per number; -1 means no quota
        both = _words(root / "cpu/cpu.cfs_quota_us") + _words(root / "cpu/cpu.cfs_period_us")
    match both:
        case [quota, period] if quota.isdigit() and period.isdigit() and int(period) > 0:
            return int(quota) / int(period)
    return None


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
