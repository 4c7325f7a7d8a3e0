"""Every built-in algorithm and problem once, as small runs; as a program it performs them all.

usage: registry.py serial|scoop|killed FOLDER [ORDERS]   their digests go to FOLDER/digests.json

Asynchronous algorithms take their results in the order that the same case in ORDERS had.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from test_algorithms import BITS, SUITABLE, options_of
from test_problems import SMALL

from evosweep.backends.protocol import Backend
from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.plugins.builtins import ALGORITHMS, PROBLEMS
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, Journal
from evosweep.run.attempt import Attempt, run_one

SEARCH = {"population": 8, "generations": 2}
CASES: dict[str, tuple[tuple[str, dict[str, Any]], str, dict[str, Any]]] = {
    f"algorithm {name}": (SUITABLE.get(name, BITS), name, options_of(name)) for name in ALGORITHMS
} | {f"problem {name}": ((name, SMALL.get(name, {})), "random_search", SEARCH) for name in PROBLEMS}


def digest_of(
    name: str, backend: Backend, use: str, folder: Path, orders: Path | None = None
) -> str:
    """The digest of a case's final population, from the journal that is in the folder, if any."""
    (problem, params), algorithm, options = CASES[name]
    # A timeout sends even the cheapest evaluation to the workers.
    spec = RunSpec.parse(
        {
            "problem": {"use": problem, "params": params, "timeout": 600},
            "algorithm": {"use": algorithm, "params": options},
            "backend": {"use": use, "workers": backend.workers},
            "seed": 5,
            "import_path": ".",
        }
    )
    attempt = Attempt(order=None if orders is None else RunFolder(orders / name).journal)
    return str(run_one(spec, RunFolder(folder), backend, attempt).population_digest)


def killed_and_resumed(name: str, backend: Backend, folder: Path) -> str:
    """The digest after a SIGKILL in the middle of the evaluations, and the same call again."""
    digest_of(name, backend, "serial", folder / "whole")
    entries = journal.read(RunFolder(folder / "whole").journal)
    evaluations = sum(len(entry.indices) for entry in entries if isinstance(entry, Entry))
    child = os.fork()
    if child == 0:
        die_after(evaluations // 2)
        digest_of(name, backend, "serial", folder / "killed")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, (name, status)
    digest = digest_of(name, backend, "serial", folder / "killed")
    assert json.loads((folder / "killed" / "record.json").read_text())["resumed"] == 1, name
    return digest


def die_after(evaluations: int) -> None:
    """Die with the entry that completes so many: how many an entry has, the clock decides."""
    done, append = 0, Journal.append

    def counted(self: Journal, entry: Any) -> None:
        nonlocal done
        append(self, entry)
        done += len(entry.indices) if isinstance(entry, Entry) else 0
        if done >= evaluations:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.append = counted  # type: ignore[method-assign]


def main(how: str, folder: Path, orders: Path | None = None) -> None:
    digests = {}
    use = "serial" if how == "killed" else how
    with create(use, 1 if use == "serial" else 2) as backend:
        for name in CASES:
            if how == "killed":
                digests[name] = killed_and_resumed(name, backend, folder / name)
            else:
                digests[name] = digest_of(name, backend, use, folder / name, orders)
    (folder / "digests.json").write_text(json.dumps(digests))


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
