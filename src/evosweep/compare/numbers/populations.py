"""Final populations: diversity by the kind of genome, duplicates, and distributions of genes.

Bits, integers and permutations: mean pairwise Hamming distance as a share of the genes. Reals: mean
pairwise Euclidean distance. Trees and everything else: Shannon entropy of the distinct genomes, in
bits. Distances are over at most 500 individuals, evenly spaced through the population.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import Damaged
from evosweep.records.tables import Values, read_arrays

Floats = NDArray[np.float64]
FEW_VALUES = 32  # most different genes, such as 0 and 1, that are counted one after the other
MOST_INDIVIDUALS = 500  # individuals for pairwise distances of reals, whose cost is quadratic


@dataclass(frozen=True)
class Diversity:
    """The diversity of one population: `measure` names `value`; shares are from 0 to 1."""

    size: int
    measure: str
    value: float
    duplicates: float


def read_genomes(run: Run) -> Values:
    """Return the genomes of the final population: an array, or lists of numbers, or texts."""
    path, longest = run.folder.population, 64 * (run.genome_length or 0)
    try:
        return read_arrays(path, run.population, ["genome"], longest)["genome"]
    except OSError as error:
        raise Damaged(path.parent, path.name, f"cannot be read: {error.strerror}") from error


def diversity(genomes: Values) -> Diversity:
    """Return the diversity of a population, and its share of duplicates."""
    matrix = as_matrix(genomes)
    if matrix is None:
        keys = Counter(tuple(g) if isinstance(g, list) else g for g in map(_hashable, genomes))
        duplicates = 1 - len(keys) / len(genomes) if len(genomes) else 0.0
        return Diversity(len(genomes), "entropy [bits]", entropy(list(keys.values())), duplicates)
    measure, distance = ("Euclidean distance", euclidean)
    if matrix.dtype.kind in "iu":
        measure, distance = ("Hamming share", hamming)
    duplicates = 1 - _different(matrix) / len(genomes)
    return Diversity(len(genomes), measure, distance(matrix), duplicates)


def _different(matrix: NDArray[Any]) -> int:
    """Return the number of different rows; not-a-numbers are equal, and the two zeros are not."""
    if matrix.dtype.kind == "f":
        matrix = np.where(np.isnan(matrix), np.nan, matrix)
    return len({row.tobytes() for row in matrix})


def _hashable(genome: Any) -> Any:
    return [str(item) for item in genome] if isinstance(genome, list) else str(genome)


def as_matrix(genomes: Values) -> NDArray[Any] | None:
    """Return the genomes as (individuals, genes); None if they are no numbers of one length."""
    if isinstance(genomes, np.ndarray):
        return genomes
    if not genomes or not all(isinstance(genome, list) for genome in genomes):
        return None
    if len({len(genome) for genome in genomes}) != 1 or not genomes[0]:
        return None
    try:
        matrix = np.array(genomes)
    except ValueError:
        return None
    return matrix if matrix.ndim == 2 and matrix.dtype.kind in "iuf" else None


def hamming(matrix: NDArray[Any]) -> float:
    """Return the mean share of genes in which two individuals differ."""
    size = len(matrix)
    if size < 2:
        return 0.0
    values = _values(matrix)
    if len(values) <= FEW_VALUES:
        equal = sum((matrix == value).sum(axis=0, dtype=float) ** 2 for value in values) - size
    else:
        counts = (np.unique(gene, return_counts=True)[1] for gene in matrix.T)
        equal = np.array([(count.astype(float) ** 2).sum() for count in counts]) - size
    return 1 - float(np.mean(equal)) / (size * (size - 1))


def _values(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the values of integer genes, sorted; those of bits in a tenth of the time."""
    if matrix.size and (matrix.min(), matrix.max()) == (0, 1):
        return np.array([0, 1])
    return np.unique(matrix)


def euclidean(matrix: NDArray[Any]) -> float:
    """Return the mean Euclidean distance of two individuals."""
    from scipy.spatial.distance import pdist

    if len(matrix) < 2:
        return 0.0
    if len(matrix) <= MOST_INDIVIDUALS:
        return float(pdist(matrix.astype(np.float64)).mean())
    step = np.unique(np.linspace(0, len(matrix) - 1, MOST_INDIVIDUALS).round().astype(int))
    return float(pdist(matrix[step].astype(np.float64)).mean())


def entropy(counts: Sequence[int]) -> float:
    """Return Shannon's entropy, in bits, of the frequencies of genomes."""
    shares = np.asarray(counts, dtype=np.float64)
    shares = shares / shares.sum() if len(shares) else shares
    return float(-(shares * np.log2(shares)).sum()) + 0.0


COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("runs", "runs"),
    Column("size", "individuals"),
    Column("measure", "diversity measured as"),
    Column("diversity", "diversity, median", digits=3),
    Column("diversity_low", "diversity, least", digits=3),
    Column("diversity_high", "diversity, most", digits=3),
    Column("duplicates", "duplicates, median share", digits=3),
)


def populations_table(study: Study, diversities: Mapping[str, Diversity]) -> Table:
    """Return a row on the final populations of each problem and algorithm.

    `diversities` has the diversities by run_id.
    """
    rows = [
        _row(key, [diversities[run.run_id] for run in runs])
        for key, runs in study.configurations.items()
    ]
    note = "Hamming share: genes in which two individuals differ. A duplicate repeats a genome."
    return Table("populations", "Final populations", COLUMNS, rows, note=note)


def _row(key: tuple[str, str], diversities: Sequence[Diversity]) -> Row:
    values = [item.value for item in diversities]
    return {
        "problem": key[0],
        "algorithm": key[1],
        "runs": len(diversities),
        "size": int(np.median([item.size for item in diversities])),
        "measure": diversities[0].measure,
        "diversity": float(np.median(values)),
        "diversity_low": min(values),
        "diversity_high": max(values),
        "duplicates": float(np.median([item.duplicates for item in diversities])),
    }


def gene_quantiles(runs: Sequence[Run]) -> Mapping[str, Floats] | None:
    """Return minimum, quartiles and maximum of each gene over the final populations of runs."""
    matrices = [as_matrix(read_genomes(run)) for run in runs]
    numeric = [matrix for matrix in matrices if matrix is not None]
    if len(numeric) < len(runs) or len({matrix.shape[1] for matrix in numeric}) != 1:
        return None
    genes = np.percentile(np.vstack(numeric), [0, 25, 50, 75, 100], axis=0)
    return dict(zip(("least", "q1", "median", "q3", "greatest"), genes, strict=True))
