"""Partially matched crossover and shuffled indices of a whole population.

The genomes are bytes until the children are made: one translation renames all genes of a child.
"""

import random
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from evosweep.fast.batches import matrix
from evosweep.fast.draws import indices_below
from evosweep.fast.mutation import shuffle_indexes
from evosweep.fast.parents import Parents
from evosweep.fast.permutations import IDENTITY, exchanged, numbers

Rates = tuple[float, float]


def permutations(
    parents: Parents, rates: Rates, mate: dict[str, Any], mutate: dict[str, Any]
) -> tuple[list[Any], bytearray] | None:
    """The children's genomes, and which of them are new; None where that is DEAP's to do."""
    size = len(parents.all[0])
    if mate or set(mutate) != {"indpb"} or not 2 <= size <= len(IDENTITY):
        return None
    read = _of_arrays if issubclass(parents.kind, array) else _of_lists
    codes = read(parents.different)
    if codes is None:
        return None
    genomes = [codes[place] for place in parents.places]
    new = bytearray(len(genomes))
    _mate(genomes, size, rates[0], new)
    _mutate(genomes, rates[1], mutate["indpb"], new)
    return _as(parents.kind, genomes), new


def _of_lists(parents: Sequence[Any]) -> list[Any] | None:
    """The genomes in bytes, None where one is no permutation of 0 to n - 1."""
    codes = list(map(numbers, parents))
    if not all(isinstance(code, bytes) for code in codes) or len(set(map(len, parents))) > 1:
        return None
    return codes


def _of_arrays(parents: Sequence[Any]) -> list[Any] | None:
    """As `_of_lists`, of all genomes together."""
    genes, _ = matrix(parents)
    if genes is None or genes.dtype.kind not in "iu":
        return None
    size = genes.shape[1]
    if genes.min() < 0 or genes.max() >= size:
        return None
    there = np.zeros(genes.size, dtype=np.bool_)
    there[(genes + np.arange(0, genes.size, size)[:, None]).reshape(-1)] = True
    if not there.all():
        return None
    raw = genes.astype(np.uint8).tobytes()
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def _mate(genomes: list[Any], size: int, cxpb: float, new: bytearray) -> None:
    draw, firsts, seconds = random.random, indices_below(size + 1), indices_below(size)
    for i in range(1, len(genomes), 2):
        if draw() < cxpb:
            one, two = genomes[i - 1], genomes[i]
            start, end = next(firsts), next(seconds)
            start, end = (start, end + 1) if end >= start else (end, start)
            pairs = zip(one[start:end], two[start:end], strict=True)
            table = exchanged(bytearray(IDENTITY), pairs)
            genomes[i - 1], genomes[i] = one.translate(table), two.translate(table)
            new[i - 1] = new[i] = True


def _mutate(genomes: list[Any], mutpb: float, indpb: float, new: bytearray) -> None:
    draw, others = random.random, indices_below(len(genomes[0]) - 1)
    for number in range(len(genomes)):
        if draw() < mutpb:
            genomes[number] = genome = bytearray(genomes[number])
            shuffle_indexes(genome, indpb, others)
            new[number] = True


def _as(kind: Any, codes: list[Any]) -> list[Any]:
    """The genomes as what individuals of `kind` are made of: lists, or an array's raw bytes."""
    if not issubclass(kind, array):
        return codes
    raw = np.frombuffer(b"".join(codes), np.uint8).astype(kind.typecode).tobytes()
    step = len(raw) // len(codes)
    return [raw[i : i + step] for i in range(0, len(raw), step)]
