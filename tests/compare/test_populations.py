"""Diversity of populations, counted out pair by pair."""

from itertools import combinations

import numpy as np
import pytest

from evosweep.compare.numbers.populations import diversity, entropy

RNG = np.random.default_rng(5)


def test_bits_have_the_mean_pairwise_hamming_share() -> None:
    genomes = RNG.integers(0, 2, (12, 7)).tolist()
    shares = [np.mean(np.array(a) != b) for a, b in combinations(genomes, 2)]
    found = diversity(genomes)
    assert found.measure == "Hamming share"
    assert found.value == pytest.approx(np.mean(shares), abs=1e-12)


def test_permutations_too() -> None:
    genomes = [RNG.permutation(9).tolist() for _ in range(8)]
    shares = [np.mean(np.array(a) != b) for a, b in combinations(genomes, 2)]
    assert diversity(genomes).value == pytest.approx(np.mean(shares), abs=1e-12)


def test_reals_have_the_mean_pairwise_distance() -> None:
    genomes = RNG.normal(size=(10, 4)).tolist()
    distances = [np.linalg.norm(np.array(a) - b) for a, b in combinations(genomes, 2)]
    found = diversity(genomes)
    assert found.measure == "Euclidean distance"
    assert found.value == pytest.approx(np.mean(distances), abs=1e-12)


def test_trees_have_an_entropy_in_bits() -> None:
    found = diversity(["add(x, 1)", "add(x, 1)", "x", "mul(x, x)"])
    assert found.measure == "entropy [bits]"
    assert found.value == pytest.approx(1.5)
    assert found.duplicates == 0.25


def test_genomes_of_different_lengths_have_an_entropy() -> None:
    assert diversity([[1, 2], [1, 2, 3]]).measure == "entropy [bits]"


def test_duplicates_one_individual_and_none() -> None:
    assert diversity([[1, 0], [1, 0], [1, 0], [0, 0]]).duplicates == 0.5
    assert diversity([[1, 0]]).value == 0
    assert diversity([]).size == 0
    assert entropy([4]) == 0


def test_a_population_of_one_genome_has_no_diversity() -> None:
    assert diversity([[1, 0, 1]] * 5).value == 0
    assert diversity([[1.5, 0.0]] * 5).value == 0
