"""Check a run's receipt against its other files: names, population, best result.

Nothing is run and no code is imported: the receipt is compared with the tables and the journal
beside it. A forger could make all files of a folder agree; only `evosweep reproduce` proves that
the code and the seed give this population.
"""

import array
import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy

from evosweep.config.spec import RunSpec
from evosweep.errors import Damaged, EvosweepError, InputError
from evosweep.files.opening import is_file
from evosweep.genomes.digest import population_digest
from evosweep.plugins import sources
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.journal_frames import HEADER_SIZE
from evosweep.records.reading import read_failure, read_record, read_running
from evosweep.records.record import Record
from evosweep.records.tables import read_columns, read_numbers

if TYPE_CHECKING:
    from evosweep.genomes.deap_types import Individual

    TypedArray = array.array[float]
else:
    TypedArray = array.array


@dataclass
class Findings:
    """The results of the checks of one run folder."""

    wrong: list[str] = field(default_factory=list)
    """Contradictions to the receipt."""
    unproven: list[str] = field(default_factory=list)
    """Parts that could not be checked, with the reason."""
    finished: bool = True
    """True if the run has a receipt."""


def verify(folder: RunFolder) -> Findings:
    """Check the documents of a run that lies in a folder of results, its tables and its journal.

    If a run failed, stopped or is under way, it has no receipt; then its other files are checked.
    """
    findings = Findings(finished=os.path.lexists(folder.record))
    try:
        folder.check_name()
        if not findings.finished:
            _check_unfinished(folder, findings)
            return findings
        record = read_record(folder)
    except (EvosweepError, OSError) as error:
        findings.wrong.append(_reason(error))
        return findings
    for check in (_check_names, _check_population, _check_journal):
        try:
            check(folder, record, findings)
        except (EvosweepError, OSError, ValueError) as error:
            findings.wrong.append(_reason(error))
    return findings


def _check_unfinished(folder: RunFolder, findings: Findings) -> None:
    """Check the files of a run without a receipt; files may vanish, since the run may end."""
    for check in (_check_failure, _check_running, _check_unfinished_journal):
        try:
            owner = check(folder)
        except FileNotFoundError:
            continue
        except (EvosweepError, OSError, ValueError) as error:
            findings.wrong.append(_reason(error))
            continue
        if owner != folder.path.name:
            findings.wrong.append(f"run_id: {owner}: is not the folder's name")


def _check_failure(folder: RunFolder) -> str:
    return read_failure(folder).run_id


def _check_running(folder: RunFolder) -> str:
    return read_running(folder).run_id


def _check_unfinished_journal(folder: RunFolder) -> str:
    if folder.journal.lstat().st_size < HEADER_SIZE and is_file(folder.journal):
        return folder.path.name  # a kill while the header was written: it is written again
    for _ in journal.read(folder.journal):
        pass
    return journal.run_id_of(folder.journal)


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, Damaged) else str(error)


def _check_names(folder: RunFolder, record: Record, findings: Findings) -> None:
    """Compute run_id and spec_id again from the spec and the sources' digests in the receipt."""
    if folder.path.name != record.run_id:
        findings.wrong.append(f"run_id: {record.run_id}: is not the folder's name")
    if not record.sources:
        findings.unproven.append("run_id: the receipt has no digests of sources")
        return
    try:
        spec = RunSpec.parse(record.spec).named_by(record.sources)
    except InputError as error:
        findings.unproven.append(f"run_id: {error}")
        return
    for name, computed in (("run_id", spec.run_id), ("spec_id", spec.spec_id)):
        if getattr(record, name) != computed:
            findings.wrong.append(f"{name}: its spec and sources give {computed}")


def _check_population(folder: RunFolder, record: Record, findings: Findings) -> None:
    length = len(record.best_genome) if isinstance(record.best_genome, list) else 0
    columns = read_columns(folder.population, record.population, values=64 * length)
    genomes, fitnesses = columns.get("genome", []), list(_fitnesses(columns, record))
    if len(genomes) != record.population:
        findings.wrong.append(
            f"population: {record.population}, and its table has {len(genomes)} individuals"
        )
        return
    if any(_digest(genomes, fitnesses, make) == record.population_digest for make in _FORMS):
        return
    is_builtin = record.spec["problem"]["use"] in sources.builtins("problem")
    if is_builtin and all(isinstance(each, list) for each in genomes):
        findings.wrong.append("population_digest: the population in its table has another one")
    else:
        findings.unproven.append("population_digest: its table does not keep the type of its genes")


def _fitnesses(columns: dict[str, list[object]], record: Record) -> Iterator[list[object]]:
    names = [f"fitness_{number}" for number in range(len(record.weights))]
    for row in zip(*(columns.get(name, []) for name in names), strict=False):
        yield [] if None in row else list(row)


class _Individual(list[object]):
    fitness: SimpleNamespace


class _Array(numpy.ndarray):
    fitness: SimpleNamespace


class _Typed(TypedArray):
    fitness: SimpleNamespace


class _Set(set[object]):
    fitness: SimpleNamespace


Make = Callable[[list[object]], object]


def _array_of(dtype: str) -> Make:
    return lambda genome: numpy.array(genome, dtype).view(_Array)


def _scalars_of(kind: type[numpy.generic]) -> Make:
    return lambda genome: _Individual(map(kind, genome))


def _typed_of(code: str) -> Make:
    return lambda genome: _Typed(code, cast("list[float]", genome))


_FORMS: Sequence[Make] = (
    _Individual,
    *map(_array_of, ("f8", "i8", "?", "f4", "i4", "i1", "u1")),
    *map(_scalars_of, (numpy.float64, numpy.int64, numpy.float32, numpy.bool_)),
    *map(_typed_of, "dbBiqf"),
    _Set,
)
"""Functions that make the possible genomes of lists in a table."""


def _digest(genomes: Sequence[object], fitnesses: Sequence[list[object]], make: Make) -> str:
    """Return the population digest if `make` made the genomes; empty if it cannot make them."""
    population = []
    with suppress(TypeError, ValueError, OverflowError, InputError):
        for genome, values in zip(genomes, fitnesses, strict=True):
            items = json.loads(genome) if isinstance(genome, str) else genome
            if not isinstance(items, list):
                return ""
            individual = make(items)
            fitness = SimpleNamespace(values=values, wvalues=values, weights=(1.0,) * len(values))
            vars(individual)["fitness"] = fitness
            population.append(individual)
        return population_digest(cast("list[Individual]", population))
    return ""


def _check_journal(folder: RunFolder, record: Record, findings: Findings) -> None:
    """Check that the journal has each fitness of the final population, and none above the best."""
    if not is_file(folder.journal):
        findings.unproven.append("best: there is no journal")
        return
    owner = journal.run_id_of(folder.journal)
    if owner != record.run_id:
        findings.wrong.append(f"journal.bin: belongs to run {owner}")
        return
    evaluated = _read_journal(folder, record)
    if evaluated.missing:
        fitness = ", ".join(map(str, next(iter(evaluated.missing))))
        findings.wrong.append(
            f"population.parquet: fitness {fitness} is in no evaluation of its journal"
        )
    if evaluated.count < record.evaluations:
        findings.wrong.append(
            f"evaluations: {record.evaluations}, and its journal has {evaluated.count}"
        )
    if evaluated.best != record.best_values:
        best = ", ".join(map(str, evaluated.best))
        findings.wrong.append(f"best: {record.best}, and the best in its journal is {best}")


@dataclass
class _Evaluated:
    """A journal's number of evaluations, the best of each objective, and the fitnesses of the
    final population that it lacks.
    """

    count: int
    best: tuple[float, ...]
    missing: set[tuple[float, ...]]


def _read_journal(folder: RunFolder, record: Record) -> _Evaluated:
    names = [f"fitness_{number}" for number in range(len(record.weights))]
    columns = read_numbers(folder.population, record.population, names)
    rows = set(zip(*(columns[name].tolist() for name in names), strict=True))
    missing = {row for row in rows if not any(map(math.isnan, row))}
    signs = numpy.sign(record.weights)
    best, count = numpy.full(len(signs), -numpy.inf), 0
    for entry in journal.read(folder.journal):
        if entry.fitnesses.shape[1] != len(signs):
            raise Damaged(folder.path, "journal.bin", "has another number of objectives")
        count += len(entry.indices)
        missing.difference_update(map(tuple, entry.fitnesses.tolist()))
        values = numpy.where(numpy.isnan(entry.fitnesses), -numpy.inf, entry.fitnesses * signs)
        best = numpy.maximum(best, values.max(axis=0))
    return _Evaluated(count, tuple((best * signs).tolist()), missing)
