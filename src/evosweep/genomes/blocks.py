"""The genomes of a chunk in blocks, each small enough to stay in a processor's cache.

To encode, rebuild and compare a whole chunk in three passes would load every genome from memory
three times, which takes twice as long. Results and digests do not depend on the size of blocks.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from evosweep.genomes.companions import Companions, companions_of
from evosweep.genomes.digest import Digest
from evosweep.genomes.encoded import Layout, encode_genomes
from evosweep.genomes.form import Form
from evosweep.genomes.plain_form import PlainForm

SIZE = 64
"""Number of individuals in a block."""


class Block(NamedTuple):
    """Some individuals of a chunk."""

    encoding: bytes
    """The encoding of the list of their genomes."""
    layout: Layout
    companions: Companions
    contents: list[list[object]] | None
    """Copies of genomes that are lists of immutable values; used only within this process."""

    @classmethod
    def of(
        cls,
        individuals: Sequence[object],
        form: Form | None = None,
        declared: frozenset[str] = frozenset(),
    ) -> "Block":
        """Return the block of individuals."""
        form = form or PlainForm()
        encoded = encode_genomes(individuals, form)
        return cls(*encoded[:2], companions_of(individuals, form, declared), encoded.contents)

    @property
    def size(self) -> int:
        """Number of individuals in the block."""
        return int.from_bytes(self.encoding[1:5], "little")


class Blocks:
    """The blocks of some individuals; each iteration makes them anew."""

    def __init__(
        self,
        individuals: Sequence[object],
        indices: Sequence[int],
        size: int,
        form: Form | None = None,
        declared: frozenset[str] = frozenset(),
    ) -> None:
        self._individuals, self._indices, self._size = individuals, indices, size
        self._form, self._declared = form or PlainForm(), declared

    def __iter__(self) -> Iterator[Block]:
        individuals = self._individuals
        for start in range(0, len(self._indices), self._size):
            places = self._indices[start : start + self._size]
            yield Block.of([individuals[i] for i in places], self._form, self._declared)

    def to_send(self) -> tuple[Block, ...]:
        """Return the blocks without the parts that only this process can use."""
        return tuple([block._replace(contents=None) for block in self])


def digest(
    individuals: Sequence[object], indices: Sequence[int], form: Form | None = None
) -> bytes:
    """Return the digest by which the journal recognises the genomes of these individuals."""
    form, total = form or PlainForm(), Digest(len(indices))
    for start in range(0, len(indices), SIZE):
        part = [individuals[index] for index in indices[start : start + SIZE]]
        total.add(encode_genomes(part, form).encoding)
    return total.value()


def is_changed(block: Block, individuals: Sequence[Any], form: Form) -> bool:
    """Return True if an evaluation modified the genome of an individual that the block made.

    Genes that cannot change are still the same objects, so that the comparison is cheap. Only
    genomes that seem to differ are encoded again.
    """
    if block.contents is not None and all(map(list.__eq__, individuals, block.contents)):
        return False
    return encode_genomes(individuals, form).encoding != block.encoding
