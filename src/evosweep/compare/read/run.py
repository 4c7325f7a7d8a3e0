"""A finished, failed or unfinished run, with the data for the comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evosweep.compare.read.labels import compared, identity
from evosweep.records import reading, tables
from evosweep.records.folder import RunFolder
from evosweep.records.record import PartFields, Record, TraitFields


@dataclass(frozen=True)
class RunOrigin:
    """The machine, time and software of a run; texts are empty if the receipt lacks them."""

    started: str = ""
    evosweep: str = ""
    python: str = ""
    deap: str = ""
    numpy: str = ""
    platform: str = ""
    machine: str = ""
    cpu: str = ""
    commit: str = ""
    image: str = ""


@dataclass(frozen=True)
class Run:
    """The parts of a receipt that the comparison needs.

    `best` and `weights` hold one value per objective; a negative weight means that smaller is
    better.
    `timings` are seconds by phase. `genome_length` is None if genomes have no fixed length.
    `finished` is the time in the receipt; times of files decide nothing. A `mixed` run was resumed
    in another environment, so its population may be one that neither environment gives.
    """

    folder: RunFolder
    run_id: str
    spec_id: str
    problem: PartFields
    algorithm: PartFields
    backend: PartFields
    seed: int
    sources: Mapping[str, str]
    digest: str
    weights: tuple[float, ...]
    best: tuple[float, ...]
    evaluations: int
    generations: int
    population: int
    timings: Mapping[str, float]
    traits: TraitFields = field(default_factory=TraitFields)
    stopped: str = ""
    """Why it ended before its algorithm was done, "seconds" for a time limit; else empty."""
    resumed: int = 0
    grown_from: str | None = None
    """The shorter run whose evaluations it started with, if it grew from one."""
    penalised: int = 0
    genome_length: int | None = None
    workers: int = 1
    finished: str = ""
    mixed: bool = False
    order: str | None = None
    """The digest of the order of its results, if its algorithm is asynchronous."""
    circumstances: RunOrigin = RunOrigin()

    @cached_property
    def problem_id(self) -> str:
        """The identity of its problem: function, parameters, options and code.

        Parameters of `compare` are in the identity of the algorithm instead.
        """
        problem, _ = compared(self.problem, self.algorithm)
        return identity(problem, self.sources.get("problem", ""))

    @cached_property
    def algorithm_id(self) -> str:
        """The identity of its algorithm: function, parameters, options and code."""
        _, algorithm = compared(self.problem, self.algorithm)
        return identity(algorithm, self.sources.get("algorithm", ""))

    @cached_property
    def backend_id(self) -> str:
        """The identity of its backend."""
        return identity(self.backend)

    @property
    def objectives(self) -> int:
        """Number of objectives of the run's problem."""
        return len(self.weights)

    @property
    def logbook_rows(self) -> int:
        """Most rows of its logbook."""
        return tables.logbook_rows(self.evaluations, self.generations)

    @property
    def spec(self) -> dict[str, object]:
        """The spec of the run."""
        parts = {"problem": self.problem, "algorithm": self.algorithm, "backend": self.backend}
        return {**parts, "seed": self.seed}

    @property
    def seconds(self) -> float:
        """Wall time of the whole run, in seconds."""
        return float(self.timings.get("total", float("nan")))


@dataclass(frozen=True)
class Failure:
    """A run without a receipt; it may have `failure.json`.

    `kind` is "unfinished" for a folder without any outcome and "missing" for a run of the grid that
    has no folder.
    """

    run_id: str
    kind: str
    error: str
    path: Path | None = None
    spec: Mapping[str, object] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def part(self, kind: str) -> Mapping[str, object]:
        """Return the problem, algorithm or backend of its spec; empty if it is not known."""
        part = self.spec.get(kind)
        return part if isinstance(part, Mapping) else {}

    @property
    def seed(self) -> int | None:
        """Its seed, if that is known."""
        seed = self.spec.get("seed")
        return seed if isinstance(seed, int) else None


def read_run(folder: RunFolder) -> Run:
    """Return the run in a folder; raises `Damaged` if its receipt is not what it should be.

    The folder's name may differ from the run_id, since `evosweep run --out` takes any name.
    """
    folder.check_name()
    record = reading.load_record(folder.path)
    spec = record.spec
    return Run(
        folder=folder,
        run_id=record.run_id,
        spec_id=record.spec_id,
        problem=spec["problem"],
        algorithm=spec["algorithm"],
        backend=spec["backend"],
        seed=spec["seed"],
        sources=record.sources,
        digest=record.population_digest,
        weights=record.weights,
        best=record.best_values,
        evaluations=record.evaluations,
        generations=record.generations,
        population=record.population,
        timings=record.timings,
        traits=record.traits,
        stopped=record.stopped["reason"] if record.stopped else "",
        resumed=record.resumed,
        grown_from=record.grown_from,
        penalised=record.failures.get("penalised", 0),
        genome_length=_length(record.best_genome),
        workers=record.workers,
        finished=record.finished,
        mixed=record.mixed,
        order=record.order,
        circumstances=_circumstances(record),
    )


def _circumstances(record: Record) -> RunOrigin:
    environment = record.environment
    packages = environment.get("packages") or {}
    dirty = " (with changes that were not committed)" if environment.get("git_dirty") else ""
    commit, digest = environment.get("git_commit"), environment.get("image_digest")
    return RunOrigin(
        started=record.started,
        evosweep=environment.get("evosweep") or "",
        python=environment.get("python") or "",
        deap=packages.get("deap", ""),
        numpy=packages.get("numpy", ""),
        platform=environment.get("platform") or "",
        machine=environment.get("machine") or "",
        cpu=environment.get("cpu") or "",
        commit=f"{commit}{dirty}" if commit else "",
        image=" ".join(filter(None, (environment.get("image"), digest))),
    )


def differs(one: Run, other: Run) -> bool:
    """Return True if two runs that should have equal populations differ.

    Runs of an asynchronous algorithm should be equal if their results came in the same order.
    """
    return one.digest != other.digest and one.order == other.order


def _length(genome: object) -> int | None:
    return len(genome) if isinstance(genome, list) else None


def read_failure(folder: RunFolder) -> Failure:
    """Return the failure in a folder; a folder without receipt and failure is an unfinished run.

    Raises `Damaged` if `failure.json` is not what it should be.
    """
    try:
        document = reading.read_failure(folder)
    except FileNotFoundError:
        reason = "neither a receipt nor a failure in its folder"
        return Failure(folder.path.name, "unfinished", reason, folder.path)
    return Failure(
        document.run_id,
        document.kind,
        error=document.error,
        path=folder.path,
        spec=document.spec,
        sources=document.sources,
    )
