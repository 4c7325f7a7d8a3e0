"""The functions of this room that others call by one name: `genome.plain`, `genome.readable`."""

from evosweep.genomes.digest import Digest, population_digest, same_genome
from evosweep.genomes.encoding import decode, encode
from evosweep.genomes.form import Plain
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.readable import readable

__all__ = [
    "Digest", "Plain", "decode", "encode", "plain", "population_digest", "readable",
    "same_genome",
]  # fmt: skip


def plain(value: object) -> Plain:
    """The plain form of an individual's genome."""
    return PlainForm().genome(value)
