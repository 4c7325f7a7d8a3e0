"""Partially matched crossover and index shuffling of a whole population.

Genomes are bytes until the children are made, so that one `translate` renames all genes of a child.
"""

import random
from array import array
from collections.abc import Sequence

import numpy as np

from evosweep.fast.draws import indices_below
from evosweep.fast.matrices import matrix
from evosweep.fast.mutation import shuffle_indexes
from evosweep.fast.parents import Options, Parents, Varied
from evosweep.fast.permutations import IDENTITY, exchanged, numbers
from evosweep.fast.shapes import Sized

Rates = tuple[float, float]
Code = bytes | bytearray


def permutations(
    parents: Parents[Sized], rates: Rates, mate: Options, mutate: Options
) -> Varied | None:
    """Return the children's genomes, and which of them are new; None to leave it to DEAP."""
    size = len(parents.all[0])
    if mate or set(mutate) != {"indpb"} or not 2 <= size <= len(IDENTITY):
        return None
    read = _of_arrays if issubclass(parents.kind, array) else _of_lists
    codes = read(parents.different)
    if codes is None:
        return None
    genomes: list[Code] = [codes[place] for place in parents.places]
    new = bytearray(len(genomes))
    _mate(genomes, size, rates[0], new)
    _mutate(genomes, rates[1], mutate["indpb"], new)
    return _as(parents.all[0], genomes), new


def _of_lists(parents: Sequence[Sized]) -> list[bytes] | None:
    """Return the genomes in bytes, None if one is no permutation of 0 to n - 1."""
    codes = [code for code in map(numbers, parents) if isinstance(code, bytes)]
    if len(codes) < len(parents) or len(set(map(len, codes))) > 1:
        return None
    return codes


def _of_arrays(parents: Sequence[Sized]) -> list[bytes] | None:
    """Return the genomes in bytes, converted all together; None as in `_of_lists`."""
    genomes, _ = matrix(parents)
    if genomes is None or genomes.dtype.kind not in "iu":
        return None
    size = genomes.shape[1]
    genes = genomes.astype(np.int64) if genomes.dtype != np.uint64 else genomes.view(np.int64)
    if genes.min() < 0 or genes.max() >= size:
        return None
    there = np.zeros(genes.size, dtype=np.bool_)
    there[(genes + np.arange(0, genes.size, size)[:, None]).reshape(-1)] = True
    if not there.all():
        return None
    raw = genes.astype(np.uint8).tobytes()
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def _mate(genomes: list[Code], size: int, cxpb: float, new: bytearray) -> None:
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


def _mutate(genomes: list[Code], mutpb: float, indpb: float, new: bytearray) -> None:
    draw, others = random.random, indices_below(len(genomes[0]) - 1)
    for number in range(len(genomes)):
        if draw() < mutpb:
            genomes[number] = genome = bytearray(genomes[number])
            shuffle_indexes(genome, indpb, others)
            new[number] = True


def _as(parent: Sized, codes: list[Code]) -> list[Code]:
    """Return the genomes in the form for the parent's class: lists, or an array's raw bytes."""
    if not isinstance(parent, array):
        return codes
    raw = np.frombuffer(b"".join(codes), np.uint8).astype(parent.typecode).tobytes()
    step = len(raw) // len(codes)
    return [raw[i : i + step] for i in range(0, len(raw), step)]
