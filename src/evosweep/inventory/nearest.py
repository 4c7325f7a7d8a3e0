"""Explain how a run differs from the nearest finished run: the lines of `evosweep why`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.spec import RunSpec
from evosweep.errors import printable, shortened
from evosweep.inventory.facts import SEED, FactChange, Facts, differences, facts_of
from evosweep.inventory.holdings import Holdings, Near, label_of
from evosweep.inventory.source_diff import Texts, source_differences
from evosweep.inventory.stages import asked_combinations
from evosweep.records.record import Named
from evosweep.records.source_copies import read_copies, read_sources


class Explainer:
    """Explains runs by the finished runs of their experiment; shows each edit of a source once."""

    def __init__(self, folder: Path) -> None:
        self._kept = folder / "sources"
        self._holdings = Holdings.read(folder / "runs")
        self._shown: set[tuple[str, str]] = set()

    def of_run(self, run: Named) -> Iterator[str]:
        """Yield lines about a finished run: the nearest other run, and the differences."""
        spec = RunSpec.parse(dict(run.spec))
        facts = facts_of(spec, run.sources)
        near = self._holdings.nearest(facts, spec.seed, but=run.run_id)
        yield f"{run.run_id}  {label_of(spec)}, seed {spec.seed}"
        kept = {k: read_copies(self._kept, digest) for k, digest in run.sources.items()}
        yield from self._explain(facts, spec.seed, near, kept)

    def of_config(self, experiment: Experiment) -> Iterator[str]:
        """Yield lines about the runs of a config that are not done, by configuration."""
        present = {run_id for group in self._holdings.groups for run_id in group.runs.values()}
        missing = 0
        for combination, seeds in asked_combinations(experiment):
            runs = (combination.run(seed, experiment.import_path) for seed in seeds)
            absent = [run for run in runs if run.run_id not in present]
            missing += len(absent)
            yield from self._of_combination(combination.label, absent)
        if not missing:
            yield f"every run of {experiment.experiment} is there"

    def _of_combination(self, label: str, absent: list[RunSpec]) -> Iterator[str]:
        """Yield lines about runs that differ only in their seed; equal lines appear once."""
        if not absent:
            return
        facts = facts_of(absent[0], absent[0].sources)
        by_answer: dict[tuple[int, bool], list[tuple[RunSpec, Near | None]]] = {}
        for run in absent:
            near = self._holdings.nearest(facts, run.seed)
            answer = (id(near.group), near.seed == run.seed) if near else (0, False)
            by_answer.setdefault(answer, []).append((run, near))
        for runs in by_answer.values():
            first, near = runs[0]
            seeds = ",".join(grid.ranges([run.seed for run, _ in runs]))
            yield f"{first.run_id}  {label}, seed{'s' if len(runs) > 1 else ''} {seeds}: not there"
            sources = {kind: read_sources(first, kind) for kind in first.functions}
            yield from self._explain(facts, first.seed, near, sources)

    def _explain(
        self, facts: Facts, seed: int, near: Near | None, here: Mapping[str, Texts]
    ) -> Iterator[str]:
        if near is None:
            yield "  no other run of the experiment is there"
            return
        yield f"  nearest: {near.run_id}  {near.group.label}, seed {near.seed}"
        if near.seed != seed:
            yield f"  {SEED}: {seed}, there {near.seed}"
        for difference in differences(facts, near.group.facts):
            if difference.kind:
                yield from self._source(difference, here.get(difference.kind, {}))
            else:
                values = (shortened(printable(v)) for v in (difference.here, difference.there))
                yield "  {}: {}, there {}".format(printable(difference.name), *values)

    def _source(self, difference: FactChange, here: Texts) -> Iterator[str]:
        yield f"  {difference.name}: edited"
        pair = (difference.here, difference.there)
        if pair in self._shown:
            yield "  as shown above"
            return
        self._shown.add(pair)
        yield from source_differences(here, read_copies(self._kept, difference.there))
