"""Aggregate the finished runs of a configuration."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isnan

from evosweep.track.content.convergence import Curve, by_generation
from evosweep.track.content.mlflow_run import Summary
from evosweep.track.content.quantiles import QUANTILES, quantile


@dataclass
class Aggregate:
    """Running statistics of a configuration: a seed counts once, whatever its backends."""

    runs: int = 0
    best: list[float] = field(default_factory=list)
    hypervolume: list[float] = field(default_factory=list)
    evaluations: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    successes: list[bool] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    weight: float = 1.0
    digests: dict[str, str] = field(default_factory=dict)
    disagreements: set[str] = field(default_factory=set)

    def add(self, run: Summary) -> None:
        """Count a finished run, by its summary (see `MlflowRun.summary`)."""
        self.runs += 1
        insort(self.seconds, run["seconds"])
        digest = self.digests.setdefault(run["spec_id"], run["digest"])
        if digest != run["digest"] and "order" not in run:  # else nothing is proven
            self.disagreements.add(run["spec_id"])
        if len(self.digests) > len(self.evaluations):
            self._add_seed(run)

    def _add_seed(self, run: Summary) -> None:
        insort(self.evaluations, run["evaluations"])
        pairs = ((self.best, run.get("best")), (self.hypervolume, run.get("hypervolume")))
        for values, value in pairs:
            if value is not None and not isnan(value):
                insort(values, value)
        self.curves.append(run.get("curve", []))
        self.weight = run.get("weight", self.weight)
        success = run.get("success")
        if success is not None:
            self.successes.append(success)

    def convergence(self) -> dict[str, list[tuple[int, float]]]:
        """Return median and quartiles by generation, as metrics by name, if there are any."""
        name = "best_so_far" if self.best else "front_hypervolume"
        return {f"{name}_{key}": points for key, points in by_generation(self.curves).items()}

    def result(self) -> float | None:
        """Return the sort key of configurations: the median result, with a sign so that less is
        better."""
        values = self.best or self.hypervolume
        if not values:
            return None
        larger = not self.best or self.weight > 0
        return -quantile(values, 0.5) if larger else quantile(values, 0.5)

    def values(self) -> Iterator[tuple[str, float]]:
        """Yield (metric, value) of the runs so far; MLflow's comparison starts with the first."""
        for name in ("best", "hypervolume"):
            values = getattr(self, name)
            if values:
                for quantity, level in QUANTILES.items():
                    yield f"{name}_{quantity}", quantile(values, level)
        if self.successes:
            yield "success_rate", sum(self.successes) / len(self.successes)
        yield "evaluations_median", quantile(self.evaluations, 0.5)
        yield "time_total_s_median", quantile(self.seconds, 0.5)
        yield "runs", float(self.runs)
        yield "seeds", float(len(self.digests))
        yield "agreement", float(not self.disagreements)
