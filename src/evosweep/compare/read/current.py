"""Choose the version of the code to compare, if results hold runs of several versions.

Every edit of the code gives new runs beside the old ones. A config tells which runs are current.
Without a config, the code that ran last is current, by the times in the receipts. If the times of
two versions overlap, the current version is unknown.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import InputError

KINDS = ("problem", "algorithm")
Place = tuple[str, str]
"""A kind of function, and the value of `use`."""


@dataclass
class Version:
    """The times of the first and the last receipt of one version of a function's code."""

    digest: str
    first: str
    last: str


def take_current(study: Study) -> Study:
    """Return the study with only the runs of its newest code; others move to `earlier`.

    If the newest code is unknown, all versions stay, and an alert says so.
    """
    versions = _versions(study)
    unsure = [place for place, dated in versions.items() if _overlap(dated)]
    newest = {place: dated[-1].digest for place, dated in versions.items() if place not in unsure}
    runs = tuple(run for run in study.runs if _is_current(run, newest))
    earlier = tuple(run for run in study.runs if not _is_current(run, newest))
    basis = "the newest code, by the times in the receipts" if earlier else ""
    alerts = tuple(_several(place, versions[place]) for place in unsure)
    return replace(study, runs=runs, earlier=earlier, basis=basis, alerts=(*study.alerts, *alerts))


def need_current(study: Study) -> Study:
    """Return the same as `take_current`, but raise InputError if the newest code is unknown."""
    for place, versions in _versions(study).items():
        if _overlap(versions):
            raise InputError(
                f"{study.folder}: {_several(place, versions)}; say with --config which one is "
                "current, or give a folder with the runs of one version"
            )
    return take_current(study)


def _versions(study: Study) -> dict[Place, list[Version]]:
    """Return the versions of each function's code, sorted by the time of their last run."""
    by_place: dict[Place, dict[str, Version]] = defaultdict(dict)
    for run in study.runs:
        for place, digest in _code(run).items():
            version = by_place[place].setdefault(
                digest, Version(digest, run.finished, run.finished)
            )
            version.first = min(version.first, run.finished)
            version.last = max(version.last, run.finished)
    return {
        place: sorted(versions.values(), key=lambda version: (version.last, version.digest))
        for place, versions in by_place.items()
    }


def _code(run: Run) -> dict[Place, str]:
    parts: Mapping[str, Mapping[str, object]] = {"problem": run.problem, "algorithm": run.algorithm}
    return {(kind, str(parts[kind].get("use"))): run.sources.get(kind, "") for kind in KINDS}


def _overlap(versions: list[Version]) -> bool:
    """Return True if the last version began before an earlier one ended."""
    return any(version.last >= versions[-1].first for version in versions[:-1])


def _is_current(run: Run, newest: Mapping[Place, str]) -> bool:
    return all(newest.get(place, digest) == digest for place, digest in _code(run).items())


def _several(place: Place, versions: list[Version]) -> str:
    kind, use = place
    digests = ", ".join(version.digest[:6] or "unknown" for version in versions)
    return f"the code of {kind} {use} has {len(versions)} versions whose runs overlap ({digests})"
