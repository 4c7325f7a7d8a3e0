"""The finished runs of an experiment, in groups that differ only in their seed."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.files.opening import is_folder
from evosweep.inventory.facts import SEED_COST, Facts, distance, facts_of
from evosweep.records.folder import RUN_ID, RunFolder
from evosweep.records.reading import read_record


@dataclass
class Group:
    """Runs that differ only in their seed."""

    facts: Facts
    label: str
    sources: dict[str, str]
    runs: dict[int, str] = field(default_factory=dict)
    """run_id by seed."""

    @cached_property
    def seeds(self) -> list[int]:
        """The sorted seeds; read it only after all runs were added."""
        return sorted(self.runs)

    def near(self, seed: int) -> list[int]:
        """Return the seed itself, if a run has it, and the next seeds on either side."""
        place = bisect_left(self.seeds, seed)
        around = self.seeds[max(0, place - 2) : place + 2]
        return sorted(around, key=lambda other: abs(other - seed))


@dataclass(frozen=True)
class Near:
    """The nearest run to some other run."""

    run_id: str
    seed: int
    group: Group


class Holdings:
    """The finished runs of one experiment; finds the nearest one to a given run."""

    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups
        self._asked: tuple[tuple[str, str], ...] | None = None
        self._sorted: list[tuple[Group, int]] = []

    @classmethod
    def read(cls, runs: Path) -> "Holdings":
        """Read the finished runs in a `runs` folder; damaged and unfinished runs are left out."""
        groups: dict[tuple[tuple[str, str], ...], Group] = {}
        for folder in run_folders(runs):
            try:
                record = read_record(folder)
                spec = RunSpec.parse(dict(record.spec))
            except (InputError, OSError):
                continue
            sources = dict(record.sources)
            facts = facts_of(spec, sources)
            key = tuple(sorted(facts.items()))
            group = groups.setdefault(key, Group(facts, label_of(spec), sources))
            group.runs[spec.seed] = record.run_id
        return cls(list(groups.values()))

    def nearest(self, facts: Facts, seed: int, but: str = "") -> Near | None:
        """Return the nearest run to these facts and this seed, except the run `but`."""
        best: tuple[int, Near] | None = None
        for group, away in self._by_distance(facts):
            if best is not None and away >= best[0]:
                break
            for other in group.near(seed):
                if group.runs[other] != but:
                    cost = away + (0 if other == seed else SEED_COST)
                    if best is None or cost < best[0]:
                        best = cost, Near(group.runs[other], other, group)
                    break
        return None if best is None else best[1]

    def _by_distance(self, facts: Facts) -> list[tuple[Group, int]]:
        """Return the groups, nearest first. It is cached for all seeds of a configuration."""
        key = tuple(facts.items())
        if self._asked != key:
            pairs = [(group, distance(facts, group.facts)) for group in self.groups]
            self._asked, self._sorted = key, sorted(pairs, key=lambda pair: pair[1])
        return self._sorted


def run_folders(runs: Path) -> Iterator[RunFolder]:
    """Yield the folders that are named by a run_id, sorted; links are left out."""
    if is_folder(runs):
        for path in sorted(runs.iterdir()):
            if RUN_ID.fullmatch(path.name) and is_folder(path):
                yield RunFolder(path)


def label_of(spec: RunSpec) -> str:
    """Return a label for people: the configuration and its backend."""
    parts = (spec.problem, spec.algorithm, spec.backend)
    return " ".join(part.name or part.use for part in parts)
