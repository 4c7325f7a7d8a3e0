"""Describe the software and hardware of a run for its receipt."""

import os
import platform
import re
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TypedDict

from evosweep import __version__
from evosweep.machine import numerics
from evosweep.machine.git import commit_and_changes
from evosweep.machine.threads import THREAD_VARIABLES

_PACKAGES = (
    "deap",
    "evosweep",
    "numpy",
    "scoop",
    "distributed",
    "mpi4py",
    "mpich",
    "scipy",
    "scikit-learn",
    "ioh",
    "pandas",
    "pyarrow",
    "moocore",
    "cma",
)


class Environment(TypedDict):
    """The software and hardware in a receipt."""

    evosweep: str
    python: str
    packages: dict[str, str]
    platform: str
    machine: str
    cpu: str
    threads: dict[str, str | None]
    numerics: numerics.Numerics
    git_commit: str | None
    git_dirty: bool | None
    image: str | None
    image_digest: str | None


@cache
def describe() -> Environment:
    """Return Python, packages, platform, processor, thread limits, commit and image as JSON."""
    commit, dirty = git()
    return {
        "evosweep": __version__,
        "python": platform.python_version(),
        "packages": versions(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu": _cpu(),
        "threads": {name: os.environ.get(name) for name in THREAD_VARIABLES},
        "numerics": numerics.describe(),
        "git_commit": commit,
        "git_dirty": dirty,
        "image": os.environ.get("EVOSWEEP_IMAGE"),
        "image_digest": os.environ.get("EVOSWEEP_IMAGE_DIGEST"),
    }


def versions() -> dict[str, str]:
    """Return the versions of the installed packages that a run may use."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = _version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _version(package: str) -> str:
    """Return an installed package's version; most of its metadata, a long text, is not parsed."""
    head = (metadata.distribution(package).read_text("METADATA") or "").partition("\n\n")[0]
    given = re.search(r"^Version: *([^\s]+)\s*$", head, re.MULTILINE)
    return given[1] if given else metadata.version(package)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    entries = {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if "CPU part" in entries:  # on 64-bit Arm, which has numbers instead of names
        words = ("CPU implementer", "CPU part", "CPU variant", "CPU revision")
        return ", ".join(f"{word} {entries[word]}" for word in words if word in entries)
    return entries.get("model name") or platform.processor()


def git() -> tuple[str | None, bool | None]:
    """Return the working folder's commit, and True if files were changed; None outside of git."""
    commit = os.environ.get("EVOSWEEP_GIT_COMMIT")
    if commit is not None:  # in a container, which has neither git nor the repository
        return commit or None, os.environ.get("EVOSWEEP_GIT_DIRTY") == "1"
    return commit_and_changes()
