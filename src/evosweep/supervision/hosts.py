"""Find the hosts of a run's workers, and start programs on them.

The spec's backend names them, or a file, or the SLURM allocation that the run is in.
"""

import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from evosweep.backends.names import HOST, SLURM
from evosweep.errors import InputError, shown
from evosweep.files.opening import read_text
from evosweep.machine.addresses import is_here
from evosweep.machine.allocation import nodes

SSH_VARIABLE = "EVOSWEEP_SSH"
"""This variable holds the ssh command and its options; keys of hosts are always checked."""

_COUNT = re.compile(r"[0-9]{1,4}")
_LONGEST = 2**20  # bytes of a list of hosts
_MOST = 100_000  # workers that a list of hosts has places for
_SSH = ("-T", "-x", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oClearAllForwardings=yes",
        "-oConnectTimeout=10", "-oServerAliveInterval=3", "-oServerAliveCountMax=3")  # fmt: skip
_SRUN = ("srun", "--overlap", "--nodes=1", "--ntasks=1", "--export=ALL", "--unbuffered",
         "--kill-on-bad-exit=0", "--quiet")  # fmt: skip


@dataclass(frozen=True)
class Places:
    """The number of workers on each host."""

    here: int
    """Workers on this host. The run's own process is always one of them."""
    elsewhere: dict[str, int]
    """Workers on other hosts, by the name of the host."""
    by_srun: bool = False
    """True if srun starts the workers elsewhere; else ssh does."""

    def start(self, host: str, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command on another host."""
        if self.by_srun:
            return [*_SRUN, f"--nodelist={host}", *command]
        ssh = shlex.split(os.environ.get(SSH_VARIABLE) or "ssh")
        return [*ssh, *_SSH, "--", host, shlex.join(command)]


def places(backend: Mapping[str, Any], workers: int) -> Places | None:
    """Return how the workers of a spec's backend are spread over hosts; None if it names no host.

    Raises
    ------
    InputError
        For a file without hosts, or SLURM's hosts outside of an allocation.
    """
    named = backend.get("hosts")
    if named is None:
        return None
    by_srun = named == SLURM
    names = (
        _per_cpu(nodes()) if by_srun else named if isinstance(named, list) else _listed(Path(named))
    )
    chosen = list(islice(cycle(names), workers))
    here = {name for name in set(chosen) if is_here(name)}
    elsewhere = [name for name in chosen if name not in here]
    if len(elsewhere) == workers:  # the list lacks this host: it replaces the last one
        elsewhere.pop()
    return Places(workers - len(elsewhere), dict(Counter(elsewhere)), by_srun)


def _per_cpu(nodes: Sequence[str]) -> list[str]:
    """Return each node as often as SLURM_NTASKS_PER_NODE says."""
    tasks = os.environ.get("SLURM_NTASKS_PER_NODE", "1")
    count = int(tasks) if tasks.isdigit() else 1
    return [node for node in nodes for _ in range(max(count, 1))]


def _listed(path: Path) -> list[str]:
    """Return the hosts in a file. Each line names a host and may add a number of workers."""
    try:
        lines = read_text(path, _LONGEST).splitlines()
    except (OSError, InputError) as error:
        raise InputError(f"backend.hosts: cannot read {path} ({error})") from None
    names: list[str] = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        count = words[1].removeprefix("slots=") if len(words) == 2 else "1"
        if not (HOST.fullmatch(words[0]) and _COUNT.fullmatch(count) and len(words) <= 2):
            raise InputError(
                f"backend.hosts: {path}, line {number}: {shown(line)} is no host with a number of "
                "workers behind it"
            )
        names += [words[0]] * int(count)
        if len(names) > _MOST:
            raise InputError(f"backend.hosts: {path} has places for more than {_MOST} workers")
    if not names:
        raise InputError(f"backend.hosts: {path} names no host")
    return names
