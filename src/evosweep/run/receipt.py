"""Write the documents of a run: `running.json`, its receipt, or its failure."""

import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError, without_password
from evosweep.evaluation.evaluator import Evaluator
from evosweep.evaluation.failure import EvaluationFailed
from evosweep.files import strict_json
from evosweep.files.together import Together
from evosweep.files.writing import as_json, write_json
from evosweep.genomes.digest import population_digest
from evosweep.genomes.readable import readable
from evosweep.machine import environment
from evosweep.machine.fingerprint import differences
from evosweep.records import interruptions
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal
from evosweep.records.reading import parse_record
from evosweep.records.record import FORMAT, Record
from evosweep.records.writing import table_of_columns, table_of_rows
from evosweep.run.dataset import dataset_of
from evosweep.run.evolution import Evolution, Evolved
from evosweep.run.final_population import best_of, population_columns, traits_of


def announce(spec: RunSpec, folder: RunFolder, weights: Sequence[float]) -> None:
    """Write `running.json`; errors are ignored: the file is informational."""
    with suppress(EvosweepError):
        running = {**_named(spec), "weights": list(weights)}
        write_json(folder.running, running, inside=folder.inside, sync=False)


def write_outcome(record: Record, folder: RunFolder, journal: Journal, evolved: Evolved) -> None:
    """Write population and logbook, and last the receipt: its name, once all is on the disk."""
    tables = {
        folder.population: table_of_columns(population_columns(evolved.population)),
        folder.logbook: table_of_rows(evolved.rows),
    }
    with Together(folder.path, inside=folder.inside) as files:
        for path, content in tables.items():
            files.write(path.name, content)
        files.place()
        files.write(folder.record.name, as_json(record.document()))
        journal.flush()
        files.sync()
        files.place()


def record_of(
    spec: RunSpec, folder: RunFolder, journal: Journal, *, evolution: Evolution, evolved: Evolved,
    startup: float,
) -> Record:  # fmt: skip
    """Return the receipt of an evolution."""
    evaluator, population = evolution.evaluator, evolved.population
    tally = evaluator.tally
    best, best_genome, weights = best_of(population, evolution.hall, tally.best)
    document = strict_json.dumps({
        **_named(spec),
        "population_digest": population_digest(population, evolution.problem.digest_form),
        "best": best,
        "best_genome": best_genome,
        "weights": weights,
        "population": len(population),
        "evaluations": tally.evaluations,
        "generations": max((row["generation"] for row in evolved.rows), default=0),
        "traits": traits_of(evolution.problem.traits, sets=evolution.problem.form.sets),
        "failures": tally.failures,
        "order": tally.order,
        "hosts": sorted(tally.hosts) if len(tally.hosts) > 1 else None,
        "dataset": dataset_of(evolution.problem.traits, spec.problem.use),
        "stopped": evolved.stopped,
        "timings": _timings(evaluator, evolved, startup),
        **_circumstances(journal),
        "interruptions": interruptions.read(folder.path, journal.resumed),
    })  # fmt: skip
    return parse_record(document.encode(), folder.path)


def write_failure(spec: RunSpec, folder: RunFolder, error: BaseException) -> None:
    """Write the error into `failure.json`, unless the disk is full."""
    failed = error.failure if isinstance(error, EvaluationFailed) else None
    individual = getattr(error, "individual", None)
    trace = "" if failed else "".join(traceback.format_exception(error))
    data = {
        **_named(spec),
        "kind": failed.kind if failed else "program",
        "error": without_password(failed.error if failed else f"{type(error).__name__}: {error}"),
        "traceback": without_password((failed and failed.traceback) or trace) or None,
        "individual": readable(individual) if individual is not None else None,
        "batch": getattr(error, "batch", None),
        "index": failed.index if failed else None,
        "remedy": failed.remedy if failed else "mend what the traceback shows, then run again",
        "environment": environment.describe(),
        "failed": _iso(time.time()),
    }
    interruptions.note(folder.path, f"failed: {data['error']}")
    with suppress(EvosweepError):
        write_json(folder.failure, data, inside=folder.inside)
    with suppress(OSError):
        folder.remove(folder.running)


def _named(spec: RunSpec) -> dict[str, object]:
    """Return the fields that name the run in each of its documents."""
    return {
        "format": FORMAT,
        "run_id": spec.run_id,
        "spec_id": spec.spec_id,
        "spec": spec.document,
        "sources": spec.sources,
    }


def _timings(evaluator: Evaluator, evolved: Evolved, startup: float) -> dict[str, float]:
    """Return the seconds by phase: evaluation and idle over all workers, the rest in the parent.

    CPU time that this process spends on evaluations counts as evaluation.
    """
    times = evaluator.dispatcher.times
    return {
        "startup": startup,
        "evaluation": times.evaluation,
        "dispatch": times.dispatch,
        "variation": max(0.0, evolved.seconds - evaluator.map_seconds),
        "idle": times.idle,
        "total": evolved.seconds,
        "evaluation_cpu": evaluator.tally.cpu,
        "parent_cpu": max(0.0, evolved.cpu - evaluator.tally.cpu_here),
    }


def _circumstances(journal: Journal) -> dict[str, object]:
    environments = journal.environments
    return {
        "environment": environments[-1],
        "environments": environments,
        "mixed": any(differences(each, environments[-1]) for each in environments[:-1]),
        "resumed": journal.resumed,
        "grown_from": journal.grown_from,
        "started": _iso(journal.started),
        "finished": _iso(time.time()),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
