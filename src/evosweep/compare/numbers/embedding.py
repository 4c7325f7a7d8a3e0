"""Place individuals in the plane, so that similar genomes are near each other."""

import re

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import scale_of
from evosweep.compare.numbers.populations import as_matrix
from evosweep.records.tables import Values

Floats = NDArray[np.float64]
PCA, MDS = "principal components", "scaled distances of their parts"

_NOISE = 1e-13  # of the largest square: rounding errors where there is no second component


def embed(genomes: Values) -> tuple[Floats, str]:
    """Return two coordinates for each genome, (genomes, 2), and the name of the method.

    Genomes of numbers with one length get their first two principal components. Others get
    classical multidimensional scaling (Torgerson 1952) of the share of parts that two genomes do
    not have in common (Jaccard).
    """
    matrix = as_matrix(genomes)
    if matrix is not None:
        values = matrix.astype(np.float64)
        values = np.where(np.isfinite(values), values, 0.0)
        return _components(values / scale_of(values)), PCA
    parts = [set(re.findall(r"[\w.+-]+", str(genome))) for genome in genomes]
    far = np.array([[1 - _alike(one, other) for other in parts] for one in parts])
    return _scaled(far), MDS


def _components(values: Floats) -> Floats:
    """Return the first two principal components, (rows, 2), by the smaller matrix of products.

    That takes a third of the time of the singular values, and keeps half of the digits: enough
    for a picture.
    """
    centred = values - values.mean(axis=0)
    if len(centred) > centred.shape[1]:
        _, axes = np.linalg.eigh(centred.T @ centred)
        return _fixed(centred @ axes[:, :-3:-1])
    squares, vectors = np.linalg.eigh(centred @ centred.T)
    lengths = np.sqrt(np.where(squares > _NOISE * squares[-1], squares, 0.0))
    return _fixed(vectors[:, :-3:-1] * lengths[:-3:-1])


def _scaled(far: Floats) -> Floats:
    squares = far**2
    rows = squares.mean(axis=0)
    inner = -(squares - rows[:, None] - rows[None, :] + squares.mean()) / 2
    sizes, vectors = np.linalg.eigh(inner)
    return _fixed(vectors[:, -1:-3:-1] * np.sqrt(np.maximum(sizes[-1:-3:-1], 0)))


def _fixed(points: Floats) -> Floats:
    """Return two columns with their signs fixed, since a component's direction is arbitrary."""
    padded = np.zeros((len(points), 2))
    padded[:, : points.shape[1]] = points[:, :2]
    largest = padded[np.abs(padded).argmax(axis=0), [0, 1]]
    turned: Floats = padded * np.where(largest < 0, -1.0, 1.0)
    return turned


def _alike(one: set[str], other: set[str]) -> float:
    every = one | other
    return len(one & other) / len(every) if every else 1.0
