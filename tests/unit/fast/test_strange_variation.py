"""Operators on genomes of any kind, with any parameter: as DEAP, its exceptions and draws too."""

from array import array
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, tools
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strange import created, fitness_class, outcome

from evosweep.fast import accelerate
from evosweep.fast import algorithms as fast_algorithms

quick = settings(max_examples=60, deadline=None, phases=[Phase.generate])


class Shouting(list):  # type: ignore[type-arg]
    """A genome that doubles what is written into it, one gene at a time."""

    def __setitem__(self, index: Any, value: Any) -> None:
        list.__setitem__(self, index, value if isinstance(index, slice) else value * 2)


class Shy(list):  # type: ignore[type-arg]
    """A genome whose last gene cannot be written."""

    def __setitem__(self, index: Any, value: Any) -> None:
        if index == len(self) - 1:
            raise ValueError("the last gene stays")
        list.__setitem__(self, index, value)


class Short(list):  # type: ignore[type-arg]
    """A genome that hides its last gene."""

    def __len__(self) -> int:
        return max(0, list.__len__(self) - 1)


GENES: dict[str, st.SearchStrategy[Any]] = {
    "floats": st.floats(0.0, 1.0),
    "far floats": st.floats(-3.0, 3.0),
    "bits": st.integers(0, 1),
    "booleans": st.booleans(),
    "integers": st.integers(-5, 5),
    "float64": st.floats(0.0, 1.0).map(np.float64),
    "float32": st.floats(0.0, 1.0, width=32).map(np.float32),
    "not finite": st.sampled_from([float("nan"), float("inf"), 0.5, -0.0]),
    "fractions": st.integers(0, 3).map(lambda i: Fraction(i, 3)),
    "strings": st.sampled_from(["a", ""]),
    "none": st.none(),
    "arrays": st.floats(0.0, 1.0).map(lambda x: np.array([x])),
    "long arrays": st.floats(0.0, 1.0).map(lambda x: np.array([x, 0.5])),
}
GENOMES: dict[str, Callable[[list[Any]], Any]] = {
    "list": created("StrangeOne", list),
    "tuple": tuple,
    "deque": deque,
    "double array": lambda genes: array("d", genes),
    "whole array": lambda genes: array("b", genes),
    "ndarray": np.array,
    "two-dimensional": lambda genes: np.array([genes, genes]).T,
    "shouting": Shouting,
    "shy": Shy,
    "short": Short,
    "bytes": lambda genes: bytearray(map(int, genes)),
    "string": str,
}
RATES: list[Any] = [0.0, 1.0, 0.5, np.float64(0.5), 1, True, None, "a", [0.5], np.array([0.5])]
ETAS: list[Any] = [20.0, 0, 1, -1.0, -1, np.float64(2.0), None, "a"]
BOUNDS: list[Any] = [
    0.0, 1.0, 0, 1, [0.0] * 9, (1.0,) * 9, [1.0], np.float64(1.0), np.ones(9), None, True, "a",
]  # fmt: skip
rate, eta, bound = st.sampled_from(RATES), st.sampled_from(ETAS), st.sampled_from(BOUNDS)
often = partial(st.one_of, st.just(0.5))
options: dict[Any, st.SearchStrategy[dict[str, Any]]] = {
    tools.cxOnePoint: st.just({}),
    tools.cxTwoPoint: st.just({}),
    tools.cxUniform: st.fixed_dictionaries({"indpb": rate}),
    tools.cxBlend: st.fixed_dictionaries({"alpha": rate}),
    tools.cxSimulatedBinaryBounded: st.fixed_dictionaries(
        {
            "eta": st.one_of(st.just(20.0), eta),
            "low": st.one_of(st.just(0.0), bound),
            "up": st.one_of(st.just(1.0), bound),
        }
    ),
    tools.cxPartialyMatched: st.just({}),
    tools.cxUniformPartialyMatched: st.fixed_dictionaries({"indpb": rate}),
}
mutations: dict[Any, st.SearchStrategy[dict[str, Any]]] = {
    tools.mutFlipBit: st.fixed_dictionaries({"indpb": rate}),
    tools.mutShuffleIndexes: st.fixed_dictionaries({"indpb": rate}),
    tools.mutGaussian: st.fixed_dictionaries(
        {"mu": st.one_of(st.just(0), bound), "sigma": st.one_of(st.just(1), bound), "indpb": rate}
    ),
    tools.mutPolynomialBounded: st.fixed_dictionaries(
        {
            "eta": st.one_of(st.just(20.0), eta),
            "low": st.one_of(st.just(0.0), bound),
            "up": st.one_of(st.just(1.0), bound),
            "indpb": rate,
        }
    ),
}


@st.composite
def parents(draw: Any, count: int, *, permutations: bool) -> Callable[[], list[Any]]:
    """Makes parents, of one kind or of two; now and then twice the same one."""
    kinds = draw(st.lists(st.sampled_from([*GENOMES]), min_size=1, max_size=count))
    usual = draw(st.booleans())
    kind_of = [GENOMES["list" if usual else kinds[i % len(kinds)]] for i in range(count)]
    gene = GENES[draw(st.sampled_from([*GENES]))]
    size = draw(st.integers(0, 8))
    genes = []
    for _ in range(count):
        length = size if usual else draw(st.integers(0, 8))
        if permutations and draw(st.integers(0, 5)):
            genes.append(draw(st.permutations(range(length))))
        else:
            genes.append(draw(st.lists(gene, min_size=length, max_size=length)))
    return partial(_parents, genes, kind_of, same=draw(st.integers(0, 9)) == 0)


def _parents(genes: list[Any], kinds: list[Any], *, same: bool) -> list[Any]:
    made = []
    for one, kind in zip(genes, kinds, strict=True):
        try:
            made.append(kind(deepcopy(one)))
        except (TypeError, ValueError, OverflowError):  # no such genome has such genes
            made.append(list(deepcopy(one)))
    return [made[0]] * len(made) if same else made


def _twin(function: Any, keywords: dict[str, Any]) -> Any:
    toolbox = base.Toolbox()
    toolbox.register("vary", function, **keywords)
    return accelerate(toolbox).vary


@pytest.mark.parametrize("function", options)
@quick
@given(data=st.data())
def test_crossovers(function: Any, data: Any) -> None:
    make = data.draw(parents(2, permutations="Matched" in function.__name__))
    keywords = data.draw(options[function])
    ours, stock = _twin(function, keywords), partial(function, **keywords)
    assert outcome(lambda pair: ours(*pair), make) == outcome(lambda pair: stock(*pair), make)


@pytest.mark.parametrize("function", mutations)
@quick
@given(data=st.data())
def test_mutations(function: Any, data: Any) -> None:
    make = data.draw(parents(1, permutations=False))
    keywords = data.draw(mutations[function])
    ours, stock = _twin(function, keywords), partial(function, **keywords)
    assert outcome(lambda one: ours(*one), make) == outcome(lambda one: stock(*one), make)


class Drawing(list):  # type: ignore[type-arg]
    """A genome that draws when it is made."""

    def __init__(self, genes: Any) -> None:
        import random

        self.first = random.random()
        super().__init__(genes)


def _containers() -> dict[str, Any]:
    fitness = fitness_class(base.Fitness, (1.0,))
    return {
        "list": list,
        "tuple": tuple,
        "individual": created("StrangeBorn", list, fitness=fitness),
        "particle": created("StrangeParticle", list, fitness=fitness, speed=list, best=None),
        "array": created("StrangeArray", array, fitness=fitness, typecode="d"),
        "ndarray": created("StrangeNumbers", np.ndarray, fitness=fitness),
        "drawing": Drawing,
        "created drawing": created("StrangeDrawing", Drawing, fitness=fitness),
        "with a drawing part": created("StrangePart", list, part=_Part, fitness=fitness),
        "function": sorted,
    }


class _Part:
    def __init__(self) -> None:
        import random

        self.drawn = random.random()

    def __repr__(self) -> str:
        return f"drawn {self.drawn}"


@quick
@given(data=st.data())
def test_genomes_of_random_numbers(data: Any) -> None:
    import random

    container = _containers()[data.draw(st.sampled_from([*_containers()]))]
    function = data.draw(st.sampled_from([random.randint, random.uniform, random.choice]))
    ends: Any = st.sampled_from([0, 1, 5, -3, 2**70, 0.5, True, None, "a", float("nan")])
    arguments = data.draw(st.lists(ends, min_size=2, max_size=2))
    n = data.draw(st.sampled_from([0, 1, 3, 50, -1, True, 2.0, None, np.int64(4)]))

    def made(fast: bool) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("gene", function, *arguments)
        toolbox.register("individual", tools.initRepeat, container, toolbox.gene, n)
        if fast:
            accelerate(toolbox)
        return outcome(lambda _: toolbox.individual(), list)

    assert made(True) == made(False)


@quick
@given(
    population=st.sampled_from([range(9), range(3, 9), [1, 2, 3], "abc", range(0), {1, 2}]),
    k=st.sampled_from([0, 1, 3, 6, 9, 10, -1, True, None]),
)
def test_samples(population: Any, k: Any) -> None:
    import random

    ours = _twin(random.sample, {})
    assert outcome(lambda _: ours(population, k), list) == outcome(
        lambda _: random.sample(population, k), list
    )


PAIRS: list[Any] = [
    ((tools.cxPartialyMatched, {}), (tools.mutShuffleIndexes, {"indpb": 0.3})),
    (
        (tools.cxSimulatedBinaryBounded, {"eta": 20.0, "low": 0.0, "up": 1.0}),
        (tools.mutPolynomialBounded, {"eta": 20.0, "low": 0.0, "up": 1.0, "indpb": 0.5}),
    ),
    ((tools.cxTwoPoint, {}), (tools.mutFlipBit, {"indpb": 0.3})),
]


class Doubled(list):  # type: ignore[type-arg]
    """A genome whose deep copy is appended gene by gene, each twice as large."""

    def append(self, gene: Any) -> None:
        list.append(self, gene * 2)


@st.composite
def _evaluated(draw: Any) -> Callable[[], list[Any]]:
    size, count = draw(st.integers(1, 6)), draw(st.integers(0, 9))
    permutations = draw(st.booleans())
    genes: Any = st.permutations(range(size)) if permutations else st.lists(
        st.floats(0, 1), min_size=size, max_size=size
    )  # fmt: skip
    rows = draw(st.lists(genes, min_size=count, max_size=count))
    kind = draw(st.sampled_from(["list", "array", "doubled", "shouting", "aged", "ndarray"]))
    return partial(_generation, rows, kind, twice=draw(st.booleans()))


def _generation(rows: list[Any], kind: str, *, twice: bool) -> list[Any]:
    fitness = fitness_class(base.Fitness, (1.0,))
    code = "i" if rows and isinstance(rows[0][0], int) else "d"
    kinds = {
        "list": created("StrangeBorn", list, fitness=fitness),
        "aged": created("StrangeBorn", list, fitness=fitness),
        "array": created(f"StrangeArray{code}", array, fitness=fitness, typecode=code),
        "doubled": created("StrangeDoubled", Doubled, fitness=fitness),
        "shouting": created("StrangeShouting", Shouting, fitness=fitness),
        "ndarray": created("StrangeNumbers", np.ndarray, fitness=fitness),
    }
    individuals = [kinds[kind](row) for row in rows]
    for number, individual in enumerate(individuals):
        individual.fitness.values = (float(number),)
    if individuals and kind == "aged":
        individuals[0].age = 3
    return individuals + individuals[:2] if twice else individuals


@pytest.mark.parametrize("pair", PAIRS)
@quick
@given(
    make=_evaluated(),
    cxpb=st.sampled_from([0.5, 1.0, None]),
    contain=st.sampled_from([list, tuple, iter]),
)
def test_variation_of_a_generation(pair: Any, make: Any, cxpb: Any, contain: Any) -> None:
    def varied(fast: bool) -> Any:
        toolbox = base.Toolbox()
        (mate, mating), (mutate, mutating) = pair
        toolbox.register("mate", mate, **mating)
        toolbox.register("mutate", mutate, **mutating)
        if fast:
            accelerate(toolbox)
        vary = (fast_algorithms if fast else algorithms).varAnd
        return outcome(lambda pop: vary(contain(pop), toolbox, cxpb, 0.5), make)

    assert varied(True) == varied(False)
