"""Forecast the time of a grid from existing receipts, else from a probe."""

from collections.abc import Iterator
from dataclasses import dataclass

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.stages import Stages
from evosweep.errors import printable
from evosweep.workflow.estimate import Estimate, Probe
from evosweep.workflow.status_lines import span

_START = 0.5  # rough seconds of a process's start
_NAMED = 5


@dataclass
class Forecast:
    """The time that the remaining runs will need on some cores."""

    cores: int
    runs: int = 0
    done: int = 0
    work: float = 0.0
    """Core seconds of all runs together."""
    longest: float = 0.0
    """Seconds of the longest run."""
    longest_label: str = ""
    unknown: list[str] | None = None
    """Number of combinations without an estimate; they are not counted in the seconds."""
    in_stages: bool = False
    """Whether looks may end it sooner."""

    @property
    def seconds(self) -> float:
        """The wall time in seconds: at least that of the longest run."""
        return max(self.longest, self.work / self.cores)

    def lines(self) -> Iterator[str]:
        """Yield the forecast in words."""
        left = self.runs - self.done
        if not left:
            yield f"nothing to do: all {self.runs:,} runs are done"
            return
        there = f", {self.done:,} are done" if self.done else ""
        there += ", if every comparison takes its most seeds" if self.in_stages else ""
        yield (
            f"about {span(self.seconds)} on {self.cores} core{'s' if self.cores > 1 else ''} for "
            f"{left:,} runs{there}; on 1 core about {span(max(self.longest, self.work))}"
        )
        if self.longest_label:
            yield f"longest run: about {span(self.longest)} ({printable(self.longest_label)})"
        if self.unknown:
            few = ", ".join(map(printable, self.unknown[:_NAMED]))
            more = ", ..." if len(self.unknown) > _NAMED else ""
            yield f"not counted, for nothing is known of them: {few}{more}"


def forecast(experiment: Experiment, cores: int, probe: Probe | None) -> Forecast:
    """Return the forecast for the remaining runs of a grid.

    Parameters
    ----------
    cores
        Number of cores.
    probe
        Measures an evaluation of each problem without a receipt; None to start no process.
    """
    folder = experiment.folder / "runs"
    in_stages = isinstance(experiment.seeds, Stages)
    result, unknown = Forecast(cores, in_stages=in_stages), list[str]()
    pairs = [
        (combination, combination.run(seed, experiment.import_path))
        for combination in grid.combinations(experiment)
        for seed in combination.seeds
    ]
    is_done = [(folder / run.run_id / "record.json").is_file() for _, run in pairs]
    done = (run for (_, run), there in zip(pairs, is_done, strict=True) if there)
    estimate = Estimate((run, folder / run.run_id) for run in done)
    if probe is not None:
        left = (run for (_, run), there in zip(pairs, is_done, strict=True) if not there)
        estimate.probe(left, probe)
    for (combination, run), there in zip(pairs, is_done, strict=True):
        result.runs, result.done = result.runs + 1, result.done + there
        seconds = None if there else estimate(run)
        if seconds is not None:
            result.work += (seconds + _START) * min(run.backend.workers, cores)
            if seconds + _START > result.longest:
                result.longest, result.longest_label = seconds + _START, combination.label
        elif not there and combination.label not in unknown[-1:]:
            unknown.append(combination.label)
    result.unknown = unknown
    return result
