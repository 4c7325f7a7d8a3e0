"""`evosweep compare` on 10,000 runs of 100 generations: wall time, CPU time, memory; 1 if too much.

The runs are made first, without running anything: ten BBOB functions, ten algorithms, fifty seeds,
two backends, populations of twenty, each with its journal of 2,020 evaluations. The comparison is a
process of its own; its memory is the largest sum over it and its children, twenty times a second.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "compare"))
from many_runs import fill

FUNCTIONS, SECONDS, MEGABYTES = 10, 60, 2048
EVERY = 0.05  # seconds between two looks at the memory


def measure(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory (MB) of a command with all its children."""
    cpu: dict[int, float] = {}
    peak, started = 0.0, time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, look(process.pid, cpu))
            time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return time.monotonic() - started, sum(cpu.values()), peak


def look(pid: int, cpu: dict[int, float]) -> float:
    """Resident megabytes of a process and of all below it; shared pages count for each.

    Notes the CPU seconds of each: who is not its parent's to wait for is in no other account.
    """
    total = 0
    try:
        main = psutil.Process(pid)
        members = [main, *main.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for member in members:
        try:
            times = member.cpu_times()
            cpu[member.pid] = times.user + times.system
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def main() -> int:
    """Make the runs, compare them, print a row; returns 1 above a minute or 2 GB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50, help="runs are 200 times as many")
    seeds = parser.parse_known_args()[0].seeds
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(mp_context=get_context("forkserver")) as pool:
            list(pool.map(partial(fill, Path(folder), seeds), range(1, FUNCTIONS + 1)))
        command = [sys.executable, "-m", "evosweep", "compare", folder]
        wall, cpu, peak = measure(command)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print("| runs | wall time [s] | CPU time [s] | memory [MB] |\n|---:|---:|---:|---:|")
    print(f"| {seeds * 200:,} | {wall:.0f} | {cpu:.0f} | {peak:.0f} |")
    return int(wall > SECONDS or peak > MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
