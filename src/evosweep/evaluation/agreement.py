"""Check that workers agree with their parent on their terms: all that decides a result.

A chunk carries a digest of its parent's terms. A worker with other terms evaluates nothing and
returns its own terms; the parent then refuses the worker. The terms contain everything that decides
last bits. If workers may use another installation than this process, the terms also cover the code:
evosweep's, the packages' and the problem's.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import evosweep
from evosweep.errors import InputError
from evosweep.machine import environment, numerics
from evosweep.plugins import sources


def terms(description: str, *, with_code: bool) -> str:
    """Return the terms of this process for a problem, as one readable line."""
    bits = numerics.of_process()
    return f"{bits} {_code(description)}" if with_code else bits


def digest(text: str) -> str:
    """Return a digest of terms, which travels with every chunk."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def travelling(description: str) -> str:
    """Return the problem's description for workers that may run in another folder."""
    problem = json.loads(description)
    if problem["import_path"]:
        problem["import_path"] = os.path.abspath(problem["import_path"])  # noqa: PTH100 - links stay
    return json.dumps(problem, sort_keys=True)


def refuse(theirs: str, mine: str) -> None:
    """Raise `InputError` for a worker of other terms; the message names the differences."""
    here, there = mine.split(), theirs.split()
    other = " ".join(word for word in there if word not in here) or "less"
    own = " ".join(word for word in here if word not in there) or "less"
    raise InputError(
        f"a worker computes with {other}, and this process with {own}: their results may differ; "
        "use machines of one kind with one environment, or pin the last bits of several kinds by "
        "EVOSWEEP_NUMERICS=portable on all of them"
    )


@cache
def _code(description: str) -> str:
    """Return digests of evosweep's own code, the versions of packages, and the problem's code."""
    problem = json.loads(description)
    own = hashlib.sha256()
    for path in sorted(Path(evosweep.__file__).parent.rglob("*.py")):
        own.update(path.read_bytes())
    packages = json.dumps(environment.versions(), sort_keys=True)
    code = sources.digest("problem", problem["use"], problem["import_path"])
    return f"evosweep={own.hexdigest()[:8]} packages={digest(packages)[:8]} problem={code[:8]}"
