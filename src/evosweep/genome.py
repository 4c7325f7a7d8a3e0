"""The documented digest of a population; the code lies in `evosweep.genomes`."""

from evosweep.genomes.digest import population_digest

__all__ = ["population_digest"]
