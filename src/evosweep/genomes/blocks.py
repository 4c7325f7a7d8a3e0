"""A chunk's genomes in blocks, few enough in each that all that is made of them stays in cache.

Encoding, rebuilding and comparing a whole chunk step by step would bring every genome from memory
again in each step, which takes twice as long. Results and digests do not depend on the size.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from evosweep.genomes.genome import Digest, Plain, bare_all, encode_bare

SIZE = 64


class Block(NamedTuple):
    """Some genomes of a chunk."""

    encoding: bytes
    """Of the list of them."""
    native: bool
    """Whether no genome needs to be made of a tagged list."""
    flat: bool
    """Whether each genome is a list of numbers."""
    genomes: list[Plain] | None = None
    """Copies in plain form, where the block does not travel."""

    @classmethod
    def of(cls, individuals: Sequence[Any]) -> "Block":
        """The block of individuals, or of their bare genomes."""
        bare = bare_all(individuals)
        encoding, copies, native = encode_bare(bare)
        flat = copies is None
        return cls(encoding, native, flat, bare if flat else copies)


class Blocks:
    """The blocks of some individuals, made anew each time that they are asked for."""

    def __init__(self, individuals: Sequence[Any], indices: Sequence[int], size: int) -> None:
        self._individuals, self._indices, self._size = individuals, indices, size

    def __iter__(self) -> Iterator[Block]:
        individuals = self._individuals
        for start in range(0, len(self._indices), self._size):
            places = self._indices[start : start + self._size]
            yield Block.of([individuals[index] for index in places])

    def to_send(self) -> tuple[Block, ...]:
        """The blocks as they travel."""
        return tuple([block._replace(genomes=None) for block in self])


def digest(individuals: Sequence[Any], indices: Sequence[int]) -> bytes:
    """By which the journal knows the genomes of these individuals."""
    found = Digest(len(indices))
    for block in Blocks(individuals, indices, SIZE):
        found.add(block.encoding)
    return found.value()
