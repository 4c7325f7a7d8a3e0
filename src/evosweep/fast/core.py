"""Call the compiled core for what it supports; each function returns None for everything else.

It has then changed nothing and drawn nothing, and the caller goes on in Python.
"""

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.random.mtrand import get_bit_generator

from evosweep.fast.classes import is_copied_as_values
from evosweep.fast.clone import copies_by_genes
from evosweep.fast.compiled import Core, Operators, Words, load
from evosweep.fast.draws import faithful
from evosweep.fast.kinds import is_sequence, writes_as_list
from evosweep.fast.parents import Options
from evosweep.fast.plain import are_divisors, is_plain
from evosweep.fast.shapes import Floats, Individual, Member

core: Core | None = load()

_SHUFFLE = np.random.shuffle  # a program may set another one

_STEEPEST, _WIDEST = 1e4, 1e100  # eta and bounds beyond which a power or a sum may overflow
_Probabilities = tuple[float, float]
_MATE, _MUTATE = {"eta", "low", "up"}, {"eta", "low", "up", "indpb"}


def vary_reals(
    population: Sequence[Member], rates: tuple[float, ...], mate: Options, mutate: Options
) -> list[Member] | None:
    """Return the children of lists of floats by two bounded operators with these keywords.

    With two rates they are those of `varAnd`, with one those of DEAP's example of NSGA-II.
    """
    operators = _operators(mate, mutate)
    if core is None or operators is None or not _are_rates(rates) or not _are_lists(population):
        return None
    vary = core.vary_reals
    return _drawing(lambda words: vary(words, population, rates, operators))


def vary_bits(
    population: Sequence[Member], rates: tuple[float, float], points: int, options: _Probabilities
) -> list[Member] | None:
    """Return the children that `varAnd` makes of lists of bits or integers, of one length.

    The crossover is at so many points, or gene by gene if there is none. The options are its
    probability for each gene, if it has one, and that of a flip.
    """
    if core is None or not _are_rates((*rates, *options)) or not _are_lists(population):
        return None
    vary = core.vary_bits
    return _drawing(lambda words: vary(words, population, rates, (points, *options)))


def _are_rates(rates: tuple[float, ...]) -> bool:
    return all(type(rate) in (int, float) and 0 <= rate <= 1 for rate in rates)


def _are_lists(population: Sequence[Individual]) -> bool:
    """Return True if a copy of the first one's genes and its fitness is a full copy."""
    kind = type(population[0])
    lists = writes_as_list(kind) and copies_by_genes(kind)
    return lists and is_copied_as_values(_shape(population))


def _operators(mate: Options, mutate: Options) -> Operators | None:
    """Return the parameters of both operators; None if they are not plain or differ in bounds."""
    if mate.keys() != _MATE or mutate.keys() != _MUTATE:
        return None
    low, up, indpb = mate["low"], mate["up"], mutate["indpb"]
    if type(low) is not float or type(up) is not float or not -_WIDEST <= low < up <= _WIDEST:
        return None
    # Their text, since zeros of different signs are equal.
    alike = repr((mutate["low"], mutate["up"])) == repr((low, up))
    if not alike or not type(mutate["low"]) is type(mutate["up"]) is float or not 0 <= indpb <= 1:
        return None
    etas = mate["eta"], mutate["eta"]
    if not all(type(eta) in (int, float) and 0 <= eta <= _STEEPEST for eta in etas):
        return None
    powers = [(eta + 1, 1.0 / (eta + 1)) for eta in etas]
    return low, up, *powers[0], *powers[1], indpb


def tournament(individuals: Sequence[Member], k: int) -> list[Member] | None:
    """Return the winners of DEAP's selTournamentDCD."""
    shape = _shape(individuals)
    if core is None or not is_plain(shape) or not faithful():
        return None
    choose = core.tournament
    return _drawing(lambda words: choose(words, individuals, k, shape))


def contests(individuals: Sequence[Member], k: int, size: int) -> list[Member] | None:
    """Return the winners of DEAP's selTournament, each of so many that are drawn."""
    shape = _shape(individuals)
    if core is None or not is_plain(shape) or not faithful():
        return None
    choose, counts, classes = core.contests, (k, size), (shape, np.float64)
    return _drawing(lambda words: choose(words, individuals, counts, classes))


def _drawing(
    function: Callable[[Words], tuple[list[Member], Words] | None],
) -> list[Member] | None:
    """Call a function of the generator's words, and let the generator go on from where it ends."""
    version, words, gauss = random.getstate()
    outcome = function(words)
    if outcome is None:
        return None
    random.setstate((version, outcome[1], gauss))
    return outcome[0]


def fronts_of_two(individuals: Sequence[Member], wanted: int) -> list[list[Member]] | None:
    """Return the fronts of DEAP's sortNondominated that hold `wanted` individuals together."""
    shape = _shape(individuals)
    if core is None or not is_plain(shape) or len(getattr(shape, "weights", ())) != 2:
        return None
    return core.fronts_of_two(individuals, wanted, shape)


def log_fronts(
    individuals: Sequence[Member], wanted: int
) -> tuple[list[list[Member]], Floats] | None:
    """Return the fronts of DEAP's sortLogNondominated that hold `wanted` individuals together.

    Beside them, the weighted values of all their members, in order.
    """
    if core is None or not is_plain(shape := _shape(individuals)):
        return None
    sorted_ = core.log_fronts(individuals, wanted, shape)
    if sorted_ is None:
        return None
    fronts, values = sorted_
    return fronts, np.frombuffer(values).reshape(sum(map(len, fronts)), -1)


def extreme_points(values: Floats, best: Floats) -> Floats | None:
    """Return the rows of values that are extreme in each objective, for DEAP's NSGA-III."""
    rows = None if core is None else core.extreme_points(values, best)
    return None if rows is None else values[rows, :]


def fill_niches(
    arrays: tuple[Floats, Floats, Floats, Floats], taken: int, k: int
) -> list[int] | None:
    """Return the `k` places of the last front that DEAP's NSGA-III chooses.

    The arrays are the values to minimise, of which `taken` rows precede the last front, the
    reference points, the best point and the intercepts.
    """
    if core is None or np.random.shuffle is not _SHUFFLE:
        return None
    generator = get_bit_generator()
    with generator.lock:
        return core.fill_niches(generator.capsule, arrays, taken, k)


def genes(individuals: Sequence[object], kind: type) -> Floats | None:
    """Return the genes of lists if all are of this class of floats and no list is longer."""
    data = None if core is None else core.genes(individuals, kind)
    return None if data is None else np.frombuffer(data).reshape(len(individuals), -1)


def weighted(individuals: Sequence[Individual], most: float) -> Floats | None:
    """Return the weighted values, if all are floats up to `most`, and all fitnesses of a class."""
    if core is None or not individuals or not is_plain(shape := _shape(individuals)):
        return None
    read = core.weighted(individuals, shape, np.float64, most)
    return None if read is None else np.frombuffer(read[1]).reshape(-1, read[0])


def encoded_lists(lists: list[list[object]]) -> bytes | None:
    """Return the bytes of marshal, version 2, if all items are bools, 32-bit ints or floats."""
    return None if core is None else core.encode_lists(lists)


def encoded_values(individuals: Sequence[Individual]) -> bytes | None:
    """Return those bytes of the lists of fitness values, if all are floats."""
    if core is None or not is_plain(shape := _shape(individuals)):
        return None
    weights = individuals[0].fitness.weights
    if type(weights) is not tuple:
        return None
    return core.encode_values(individuals, shape, np.float64, weights)


def powers(bases: Floats, exponent: float) -> Floats | None:
    """Return the power of each base; None if one overflows."""
    data = None if core is None else core.powers(bases, exponent)
    return None if data is None else np.frombuffer(data).reshape(bases.shape)


def row_sums(terms: Floats) -> Floats | None:
    """Return the sum of each row, from the left."""
    data = None if core is None else core.row_sums(terms, terms.shape[1])
    return None if data is None else np.frombuffer(data)


def bear(kind: type, fitness: type, genomes: Sequence[Sequence[object]]) -> list[object] | None:
    """Return lists of this class with these genes, and with fitnesses that have no values."""
    return None if core is None else core.bear(kind, fitness, list(genomes))


def blend(one: float, first: Floats, two: float, second: Floats) -> Floats:
    """Return `one * first + two * second`."""
    out = np.empty_like(first)
    if core is not None and core.blend(out, (first, second), one, two):
        return out
    return one * first + two * second


def add_ranks(
    covariance: Floats, path: Floats, product: Floats, rates: tuple[float, float, float, float]
) -> Floats:
    """Return CMA-ES's next covariance matrix: the last one, and updates of rank one and mu.

    The rates are those of the three, and what the last is divided by.
    """
    out = np.empty_like(covariance)
    if core is not None and core.add_ranks(out, (covariance, path, product), rates):
        return out
    kept, one, mu, divisor = rates
    rank_one = one * np.multiply.outer(path, path)
    return kept * covariance + rank_one + mu * product / divisor


def assign_crowding(individuals: Sequence[Individual]) -> bool | None:
    """Set the crowding distances of DEAP's assignCrowdingDist, and return True."""
    if core is None or not is_sequence(individuals) or not individuals:
        return None
    shape = _shape(individuals)
    weights = individuals[0].fitness.weights if is_plain(shape) else None
    if not isinstance(weights, tuple) or not are_divisors(weights):
        return None
    return core.assign_crowding(individuals, shape, weights)


def _shape(individuals: Sequence[Individual]) -> type:
    """Return the class of the first fitness."""
    return type(getattr(individuals[0], "fitness", None))
