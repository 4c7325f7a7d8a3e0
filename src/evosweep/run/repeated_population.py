"""Make the final population of a finished run again, as DEAP individuals, from its journal.

Selection and variation are repeated from the seed, with the evaluations of the journal, as in a
resumed run. So individuals of every kind have their classes, attributes and fitness, and nothing is
rebuilt from text. The digest must be that of the receipt.
"""

import tempfile
from pathlib import Path

from evosweep.backends.table import REFERENCE, create
from evosweep.config.spec import RunSpec
from evosweep.errors import RunError
from evosweep.evaluation import seeds
from evosweep.files.writing import copy_file
from evosweep.genomes.deap_types import Population
from evosweep.genomes.digest import population_digest
from evosweep.machine import environment
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal
from evosweep.records.record import Record
from evosweep.run.early_stop import repeatable
from evosweep.run.evolution import Evolution


def repeated_population(record: Record, folder: RunFolder, import_path: str) -> Population:
    """Return the individuals of a run's final population, in their order.

    The states of `random` and `numpy.random` are restored.

    Parameters
    ----------
    record
        The run's receipt.
    folder
        The run's folder, with its journal, which is not changed.
    import_path
        The folder of the modules of the run's functions; their code is executed.

    Raises
    ------
    RunError
        If the population is not that of the receipt.
    """
    spec = RunSpec.parse({**repeatable(record), "import_path": import_path})
    before = seeds.state()
    try:
        with tempfile.TemporaryDirectory(prefix="evosweep-population-") as scratch:
            copy = Path(scratch, "journal.bin")
            copy_file(folder.journal, copy)
            order = None if record.order is None else folder.journal
            return _repeated(spec, record, copy, order)
    finally:
        before.restore()


def _repeated(spec: RunSpec, record: Record, copy: Path, order: Path | None) -> Population:
    with (
        create(REFERENCE) as backend,
        Journal(copy, record.run_id, environment=environment.describe(), mixed=True) as journal,
    ):
        evolution = Evolution(spec, backend, journal, announce=lambda _: None, order=order)
        population = evolution.run().population
    digest = population_digest(population, evolution.problem.digest_form)
    if digest != record.population_digest:
        raise RunError(
            f"run {record.run_id}: its population cannot be made again here: the digest is "
            f"{digest[:12]}, and the receipt has {record.population_digest[:12]}; look for what "
            "decides the program beside its seed (state of a module, other versions)"
        )
    return population
