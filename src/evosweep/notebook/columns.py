"""The rows of one run for each data frame, as an Arrow table.

`records` and `compare.read` read the files and recognise damage. A run that cannot be read raises
one of `UNREADABLE`.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa

from evosweep.compare.numbers.quality import final_front
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import evaluations_in_order
from evosweep.errors import Damaged, EvosweepError
from evosweep.records.parquet import column
from evosweep.records.tables import read_columns
from evosweep.run.best_so_far import with_best_so_far

Kind = Literal["runs", "generations", "populations", "evaluations", "fronts"]
"""The name of a data frame."""
Wanted = Collection[str] | None
"""The columns to return; None for all."""
Reader = Callable[[Run, Wanted], pa.Table]
UNREADABLE = (EvosweepError, OSError, ValueError)


def one_run(run: Run, _: Wanted = None) -> pa.Table:
    """Return one row: the fields of the receipt, with a column for each parameter."""
    best: dict[str, object] = {"best": run.best[0]} if run.objectives == 1 else {
        f"best_{place}": value for place, value in enumerate(run.best)
    }  # fmt: skip
    row: dict[str, object] = {
        **_parameters("problem", run.problem),
        **_parameters("algorithm", run.algorithm),
        **best,
        "evaluations": run.evaluations,
        "generations": run.generations,
        "population": run.population,
        "workers": run.workers,
        **{f"{name}_seconds": float(seconds) for name, seconds in run.timings.items()},
        "stopped": run.stopped,
        "resumed": run.resumed,
        "finished": run.finished,
        "spec_id": run.spec_id,
        "population_digest": run.digest,
    }
    return _table({name: [value] for name, value in row.items()})


def _parameters(kind: str, part: Mapping[str, object]) -> dict[str, object]:
    params = part.get("params")
    return {
        f"{kind}.{name}": value if isinstance(value, int | float | str) else json.dumps(value)
        for name, value in (params.items() if isinstance(params, Mapping) else ())
    }


def generations(run: Run, _: Wanted = None) -> pa.Table:
    """Return one row per generation: the logbook, with the best fitness so far."""
    columns = read_columns(run.folder.logbook, run.logbook_rows)
    bests = {name: values for name, values in columns.items() if name.startswith("best")}
    rows = (dict(zip(bests, values, strict=True)) for values in zip(*bests.values(), strict=True))
    shown: dict[str, list[object]] = {}
    for row in with_best_so_far(rows, run.weights):
        for name, value in row.items():
            shown.setdefault(name, []).append(value)
    renamed = {name: values for name, values in shown.items() if f"generation_{name}" not in shown}
    kept = {name: values for name, values in columns.items() if name not in bests}
    return _table({**kept, **renamed})


def populations(run: Run, wanted: Wanted = None) -> pa.Table:
    """Return one row per individual of the final population: genome, fitness, rank."""
    names = ["genome", *fitness_names(run), "rank"]
    chosen = names if wanted is None else [name for name in names if name in wanted]
    length = 64 * (run.genome_length or 0)
    return _table(read_columns(run.folder.population, run.population, chosen, length))


def evaluations(run: Run, _: Wanted = None) -> pa.Table:
    """Return one row per evaluation, in their order: number from 1, seconds, fitness, best."""
    fitness, seconds = evaluations_in_order(run)
    if fitness.shape[1:] != (run.objectives,):
        raise Damaged(run.folder.path, "journal.bin", "has fitnesses of other objectives")
    columns: dict[str, object] = {
        "evaluation": np.arange(1, len(fitness) + 1),
        "seconds": seconds,
        **dict(zip(fitness_names(run), fitness.T, strict=True)),
    }
    if run.objectives == 1:
        better = np.fmax if run.weights[0] > 0 else np.fmin  # which leave NaN out
        columns["best_so_far"] = better.accumulate(fitness[:, 0])
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def front(run: Run, _: Wanted = None) -> pa.Table:
    """Return one row per non-dominated point of the final population, each point once."""
    points = final_front(run)
    return pa.table(
        {name: pa.array(values) for name, values in zip(fitness_names(run), points.T, strict=True)}
    )


def fitness_names(run: Run) -> list[str]:
    """Return the names of the columns of a run's objectives."""
    return [f"fitness_{place}" for place in range(run.objectives)]


def _table(columns: Mapping[str, Sequence[object]]) -> pa.Table:
    return pa.table({name: column(values) for name, values in columns.items()})


READERS: dict[Kind, Reader] = {
    "runs": one_run,
    "generations": generations,
    "populations": populations,
    "evaluations": evaluations,
    "fronts": front,
}
