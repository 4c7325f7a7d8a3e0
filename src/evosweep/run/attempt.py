"""One run from its spec to its receipt: seed, evolve, record."""

import os
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy

from evosweep.backends.protocol import Backend
from evosweep.config.spec import RunSpec
from evosweep.errors import Damaged, EvosweepError, InputError, RunError
from evosweep.evaluation import problem, seeds
from evosweep.evaluation.blame import Known
from evosweep.evaluation.evaluator import EvaluationFailed, Evaluator
from evosweep.fast import HallOfFame, ParetoFront, accelerate
from evosweep.files import strict_json
from evosweep.files.writing import write_json
from evosweep.genomes import genome
from evosweep.machine import environment
from evosweep.plugins.loading import load_algorithm, load_problem
from evosweep.plugins.signatures import check_parameters
from evosweep.processes.lock import Lock, Locked
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal
from evosweep.records.reading import load_record, parse_record
from evosweep.records.record import FORMAT, Record, Stopped
from evosweep.records.writing import write_columns, write_table
from evosweep.run.dataset import dataset_of
from evosweep.run.early_stop import StopEvolution, Stopping
from evosweep.run.final_population import best_of, population_columns, traits_of
from evosweep.run.statistics import GenerationStatistics, logbook_rows


@dataclass(frozen=True)
class Attempt:
    """How a run is attempted; its result does not depend on any of it."""

    fresh: bool = False
    """Discard what earlier attempts left."""
    lost: Known = ()
    """Evaluations that killed an earlier process: (batch, index, reason, signal)."""
    began: float = field(default_factory=time.time)
    """When the start-up that counts as this run's began, in seconds since the epoch."""
    sync: float = 1.0
    """Seconds after which an evaluation is on the disk at the latest."""
    audit: int = 0
    """Of what the journal has, one evaluation in so many is made again and compared."""


def run_one(
    spec: RunSpec, folder: RunFolder, backend: Backend, attempt: Attempt | None = None
) -> Record:
    """The receipt of the run, which is in `folder` afterwards.

    A finished run is not repeated; one that was interrupted goes on from its journal. `backend`
    is entered already and may serve several runs. Raises `InputError` for what the spec or the
    folder has wrong, and `RunError` where the run failed; then `failure.json` says why.
    """
    attempt = attempt or Attempt()
    folder.create()
    if not attempt.fresh and (done := _finished(spec, folder)):
        _tidy(folder)
        return done
    with Lock(folder.lock, f"run {spec.run_id} in {folder.path}"):
        if attempt.fresh:
            folder.discard()
        elif done := _finished(spec, folder):
            return done
        folder.failure.unlink(missing_ok=True)
        folder.sweep()
        try:
            return _evolve(spec, folder, backend, attempt)
        except InputError:
            raise
        except EvosweepError as error:
            _write_failure(spec, folder, error)
            raise
        except (Exception, SystemExit) as error:
            _write_failure(spec, folder, error)
            reason = " ".join(str(error).split())
            raise RunError(
                f"run {spec.run_id}: {type(error).__name__}: {reason}; "
                f"the traceback is in {folder.failure}"
            ) from error


def _tidy(folder: RunFolder) -> None:
    """Removes what a process left that was killed right after it had finished the run."""
    if folder.lock.exists():
        with suppress(Locked), Lock(folder.lock, str(folder.path)):
            folder.running.unlink(missing_ok=True)


def _finished(spec: RunSpec, folder: RunFolder) -> Record | None:
    """The receipt where the run is done; a receipt that a power cut tore is written again."""
    if not os.path.lexists(folder.record):
        return None
    try:
        record = load_record(folder.path)
    except Damaged as damage:
        if damage.torn:
            return None
        raise
    if record.run_id != spec.run_id:
        raise InputError(
            f"{folder.path}: holds run {record.run_id}, and the spec is run {spec.run_id}; "
            "use another folder, or --fresh to discard it"
        )
    return record


def _evolve(spec: RunSpec, folder: RunFolder, backend: Backend, attempt: Attempt) -> Record:
    built, algorithm, description = _load(spec)
    with Journal(folder.journal, spec.run_id, attempt.sync) as journal:
        toolbox = accelerate(built.own_toolbox())
        evaluator = Evaluator(
            toolbox, built, description, backend, journal, spec.seed, attempt.lost, attempt.audit
        )
        weights = _weights(toolbox)
        _check_penalty(built.penalty, weights)
        stopping = Stopping(
            spec.algorithm, spec.import_path, weights, built.traits,
            lambda: evaluator.evaluations, evaluator.replaying,
        )  # fmt: skip
        statistics = GenerationStatistics(
            journal.now,
            lambda: evaluator.evaluations,
            stopping.after,
            built.traits.reference_point,
        )
        hall_of_fame = _hall_of_fame(weights)
        _announce(spec, folder, weights)
        seeds.seed_run(spec.seed)
        startup = max(0.0, time.time() - attempt.began)
        started, cpu_began = time.perf_counter(), time.process_time()
        stopped: Stopped | None = None
        try:
            returned = algorithm(
                toolbox, statistics=statistics, hall_of_fame=hall_of_fame, **spec.algorithm.params
            )
        except StopEvolution as stop:
            returned, stopped = stop.population, stop.receipt()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_began
        evaluator.finish()
        population, logbook = returned if isinstance(returned, tuple) else (returned, None)
        rows = logbook_rows(logbook, statistics)
        best, best_genome, weights = best_of(population, hall_of_fame)
        if best is None:
            raise RunError(
                f"run {spec.run_id}: the algorithm returned no individual that has a fitness; "
                "return the evaluated population"
            )
        document = strict_json.dumps({
            **_named(spec),
            "population_digest": genome.population_digest(population),
            "best": best,
            "best_genome": best_genome,
            "weights": weights,
            "population": len(population),
            "evaluations": evaluator.evaluations,
            "generations": max((row["generation"] for row in rows), default=0),
            "traits": traits_of(built.traits),
            "failures": evaluator.failures,
            "dataset": dataset_of(built.traits, spec.problem.use),
            "stopped": stopped,
            "timings": _timings(evaluator, startup, seconds, cpu),
            **_circumstances(journal),
        })  # fmt: skip
        record = parse_record(document.encode(), folder.path)
        write_columns(folder.population, population_columns(population))
        write_table(folder.logbook, rows)
    write_json(folder.record, record.document())
    folder.running.unlink(missing_ok=True)
    return record


def _announce(spec: RunSpec, folder: RunFolder, weights: Sequence[float]) -> None:
    """Says what is under way, for those who watch it; no run fails for want of an audience."""
    with suppress(EvosweepError):
        write_json(folder.running, {**_named(spec), "weights": list(weights)})


def _named(spec: RunSpec) -> dict[str, Any]:
    """What names the run, in each of its documents."""
    return {
        "format": FORMAT,
        "run_id": spec.run_id,
        "spec_id": spec.spec_id,
        "spec": spec.to_dict(),
        "sources": spec.sources,
    }


def _load(spec: RunSpec) -> tuple[problem.Problem, Any, str]:
    """Problem and algorithm, with every mistake in naming them as `InputError`."""
    algorithm = load_algorithm(spec.algorithm.use, spec.import_path)
    check_parameters("algorithm", spec.algorithm.use, algorithm, spec.algorithm.params)
    function = load_problem(spec.problem.use, spec.import_path)
    check_parameters("problem", spec.problem.use, function, spec.problem.params)
    description = problem.describe(spec.to_dict()["problem"], spec.import_path)
    return problem.build_for_run(description), algorithm, description


def _hall_of_fame(weights: Sequence[float]) -> Any:
    """The best individual ever for one objective, the non-dominated ones for several."""
    if len(weights) > 1:
        return ParetoFront(similar=_same_genome)
    return HallOfFame(1, similar=_same_genome)


def _weights(toolbox: Any) -> Sequence[float]:
    """The fitness weights of the toolbox's individuals, without drawing from the run's stream."""
    if declared := getattr(toolbox, "weights", None):
        return tuple(declared)
    before = seeds.state()
    try:
        weights: Sequence[float] = toolbox.individual().fitness.weights
        return weights
    except AttributeError:
        return (1.0,)
    finally:
        before.restore()


def _check_penalty(penalty: Sequence[float] | None, weights: Sequence[float]) -> None:
    if penalty is not None and len(penalty) != len(weights):
        raise InputError(
            f"problem.failure: the penalty has {len(penalty)} numbers, and the problem "
            f"{len(weights)} objectives; give a number an objective"
        )


def _same_genome(one: Any, other: Any) -> bool:
    if isinstance(one, numpy.ndarray):
        return bool(numpy.array_equal(one, other))
    return bool(one == other)


def _timings(evaluator: Evaluator, startup: float, seconds: float, cpu: float) -> dict[str, float]:
    """Seconds by phase: evaluation and idle over all workers, the rest in the parent.

    `cpu` is the CPU time of this process; what it spent on evaluations counts as theirs.
    """
    times = evaluator.dispatcher.times
    return {
        "startup": startup,
        "evaluation": times.evaluation,
        "dispatch": times.dispatch,
        "variation": max(0.0, seconds - evaluator.map_seconds),
        "idle": times.idle,
        "total": seconds,
        "evaluation_cpu": evaluator.cpu,
        "parent_cpu": max(0.0, cpu - evaluator.cpu_here),
    }


def _circumstances(journal: Journal) -> dict[str, Any]:
    return {
        "environment": environment.describe(),
        "resumed": journal.resumed,
        "started": _iso(journal.started),
        "finished": _iso(time.time()),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _write_failure(spec: RunSpec, folder: RunFolder, error: BaseException) -> None:
    """Says what went wrong in `failure.json`, unless the disk is full."""
    failed = error.failure if isinstance(error, EvaluationFailed) else None
    individual = getattr(error, "individual", None)
    data = {
        **_named(spec),
        "kind": failed.kind if failed else "program",
        "error": failed.error if failed else f"{type(error).__name__}: {error}",
        "traceback": failed.traceback if failed else "".join(traceback.format_exception(error)),
        "individual": genome.readable(individual) if individual is not None else None,
        "batch": getattr(error, "batch", None),
        "index": failed.index if failed else None,
        "remedy": failed.remedy if failed else "mend what the traceback shows, then run again",
        "environment": environment.describe(),
        "failed": _iso(time.time()),
    }
    with suppress(EvosweepError):
        write_json(folder.failure, data)
    with suppress(OSError):
        folder.running.unlink(missing_ok=True)


def run_folder(out: Path, spec: RunSpec, several: bool) -> RunFolder:
    """Where a run goes: `out` itself, or a folder named by its run_id where there are several."""
    return RunFolder(out / spec.run_id if several else out)
