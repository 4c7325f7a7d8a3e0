"""Digests of genomes: of a chunk for the journal, of a population for the receipt."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain, islice, repeat
from operator import attrgetter, is_

import numpy

from evosweep.fast import core
from evosweep.genomes.deap_types import Individual
from evosweep.genomes.encoded import encode_genomes
from evosweep.genomes.encoding import HEAD, encode, list_head
from evosweep.genomes.form import Form
from evosweep.genomes.plain_form import PlainForm

_POPULATION_HEADER = b"evosweep population 1\n"
_BLOCK = 4096
_SMALL_BLOCK = 64  # this many individuals stay in a processor's cache
_CHUNK_BYTES = 16


class Digest:
    """Computes, block by block, the 16 bytes by which the journal recognises a chunk's genomes.

    They are the first bytes of SHA-256 over the encoding of all genomes as one list.
    """

    def __init__(self, count: int) -> None:
        self._sha = hashlib.sha256(list_head(count))

    def add(self, encoding: bytes) -> None:
        """Add the next genomes, encoded as a list."""
        self._sha.update(memoryview(encoding)[HEAD:])

    def value(self) -> bytes:
        """Return the digest of all genomes that were added."""
        return self._sha.digest()[:_CHUNK_BYTES]


def digest_of_block(encoding: bytes) -> bytes:
    """Return the digest of a chunk that has a single block, with this encoding."""
    return hashlib.sha256(encoding).digest()[:_CHUNK_BYTES]


def population_digest(population: Iterable[Individual], form: Form | None = None) -> str:
    """Return SHA-256, in hex, over the genomes and fitness values of a population, in order.

    Two populations have equal digests if and only if all genes and fitness values are equal in type
    and in bits (docs/digest.md has the encoding).

    Parameters
    ----------
    population
        Individuals. An individual without a valid fitness enters with no values.
    form
        The plain form of genes of a program's own classes: `PlainForm(encode, exact=False)`.
    """
    sha, form = hashlib.sha256(_POPULATION_HEADER), form or PlainForm(exact=False)
    individuals = iter(population)
    while block := list(islice(individuals, _BLOCK)):
        sha.update(list_head(len(block)))
        for start in range(0, len(block), _SMALL_BLOCK):
            encoding = encode_genomes(block[start : start + _SMALL_BLOCK], form).encoding
            sha.update(memoryview(encoding)[HEAD:])
        sha.update(_fitness_rows(block))
    return sha.hexdigest()


def _fitness_rows(individuals: Sequence[Individual]) -> bytes:
    """Return the encoding of a list of lists: the fitness values of each individual."""
    encoding = core.encoded_values(individuals)
    if encoding is not None:
        return encoding
    fitnesses = [individual.fitness for individual in individuals]
    weights = fitnesses[0].weights
    rows_of_values = list(map(_WEIGHTED, fitnesses))
    weighted = list(chain.from_iterable(rows_of_values))
    usual = (
        _FLOATS.issuperset(map(type, weighted))
        and _FLOATS.issuperset(map(type, weights))
        and all(map(is_, map(_WEIGHTS, fitnesses), repeat(weights)))
        and len(set(map(len, rows_of_values))) == 1
    )
    if not usual:
        return encode([list(map(float, fitness.values)) for fitness in fitnesses])
    count, objectives = len(fitnesses), len(rows_of_values[0])
    rows = numpy.empty(count, [("head", f"V{HEAD}"), ("values", _FLOAT_CODE, (objectives,))])
    rows["head"] = numpy.void(list_head(objectives))
    rows["values"]["code"] = ord("g")
    table = numpy.fromiter(weighted, float, len(weighted)).reshape(count, objectives)
    rows["values"]["value"] = table / numpy.array(weights[:objectives])  # as DEAP's `values` does
    return list_head(count) + rows.tobytes()


_WEIGHTED, _WEIGHTS = attrgetter("wvalues"), attrgetter("weights")
_FLOATS = frozenset({float, numpy.float64})
_FLOAT_CODE = numpy.dtype([("code", "u1"), ("value", "<f8")])


def same_genome(one: object, other: object) -> bool:
    """Return True if two individuals have equal genomes, by `==` or, if that fails, bit by bit."""
    try:
        return bool(one == other)
    except ValueError:  # a comparison of arrays among the genes gives an array
        return encode_genomes([one], _FORM).encoding == encode_genomes([other], _FORM).encoding


_FORM = PlainForm(exact=False)
