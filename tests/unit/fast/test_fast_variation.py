"""Every faster crossover and mutation gives DEAP's children with DEAP's draws."""

import random
from functools import partial
from typing import Any

import pytest
from deap import base, tools
from hypothesis import given
from hypothesis import strategies as st
from twins import examples, outcome, with_and_without_core

from evosweep.fast import accelerate, crossover, init, mutation
from evosweep.fast import permutations as permuted
from evosweep.problems.classes import individual_class

quick = examples(60)
GENOME = individual_class("TwinVaried", list, (1.0,))
reals = st.lists(st.floats(-2, 2), min_size=1, max_size=12)
bits = st.lists(st.integers(0, 1), min_size=1, max_size=12)
probability = st.sampled_from([0, 0.0, 0.3, 1.0, 1])


def permutations(size: int) -> st.SearchStrategy[list[int]]:
    return st.permutations(range(size))


@pytest.mark.parametrize(
    ("stock", "ours"),
    [
        (tools.cxOnePoint, crossover.cx_one_point),
        (tools.cxTwoPoint, crossover.cx_two_point),
    ],
)
@quick
@given(one=bits, two=bits)
def test_crossover_of_sequences(stock: Any, ours: Any, one: Any, two: Any) -> None:
    pair = [GENOME(one), GENOME(two)]
    assert outcome(lambda p: ours(*p), pair) == outcome(lambda p: stock(*p), pair)


@quick
@given(one=bits, two=bits, indpb=probability)
def test_uniform_crossover(one: Any, two: Any, indpb: float) -> None:
    pair = [GENOME(one), GENOME(two)]
    assert outcome(lambda p: crossover.cx_uniform(*p, indpb), pair) == outcome(
        lambda p: tools.cxUniform(*p, indpb), pair
    )


@quick
@given(data=st.data(), indpb=probability)
def test_crossover_of_permutations(data: Any, indpb: float) -> None:
    size = data.draw(st.integers(2, 12))
    pair = [GENOME(data.draw(permutations(size))) for _ in range(2)]
    assert outcome(lambda p: permuted.cx_partialy_matched(*p), pair) == outcome(
        lambda p: tools.cxPartialyMatched(*p), pair
    )
    assert outcome(lambda p: permuted.cx_uniform_partialy_matched(*p, indpb), pair) == outcome(
        lambda p: tools.cxUniformPartialyMatched(*p, indpb), pair
    )


@quick
@given(one=bits, two=bits)
def test_matched_crossover_of_other_genomes_is_deaps(one: Any, two: Any) -> None:
    pair = [GENOME(one), GENOME(two)]
    assert outcome(lambda p: permuted.cx_partialy_matched(*p), pair) == outcome(
        lambda p: tools.cxPartialyMatched(*p), pair
    )


@quick
@given(
    one=reals,
    two=reals,
    low=st.sampled_from([-2, -2.0, [-2.0] * 12, (-2.5,) * 12, [-2.0]]),
    up=st.sampled_from([2, 2.0, [2.0] * 12]),
    eta=st.sampled_from([2, 15.0, 20.0]),
)
def test_variation_of_bounded_reals(one: Any, two: Any, low: Any, up: Any, eta: float) -> None:
    pair = [GENOME(one), GENOME(two)]
    assert outcome(
        lambda p: crossover.cx_simulated_binary_bounded(*p, eta, low, up), pair
    ) == outcome(lambda p: tools.cxSimulatedBinaryBounded(*p, eta, low, up), pair)
    assert outcome(lambda p: crossover.cx_blend(*p, 0.5), pair) == outcome(
        lambda p: tools.cxBlend(*p, 0.5), pair
    )
    assert outcome(
        lambda p: mutation.mut_polynomial_bounded(p[0], eta, low, up, 0.7), pair
    ) == outcome(lambda p: tools.mutPolynomialBounded(p[0], eta, low, up, 0.7), pair)


@quick
@given(genes=bits, indpb=probability)
def test_mutations(genes: Any, indpb: float) -> None:
    for stock, ours, options in (
        (tools.mutFlipBit, mutation.mut_flip_bit, ()),
        (tools.mutShuffleIndexes, mutation.mut_shuffle_indexes, ()),
        (tools.mutGaussian, mutation.mut_gaussian, (0, 1.5)),
        (tools.mutGaussian, mutation.mut_gaussian, ([0.5] * 12, 1)),
    ):

        def on(mutate: Any, arguments: Any = options) -> Any:
            return outcome(lambda p: mutate(p[0], *arguments, indpb), [GENOME(genes)])

        assert on(ours) == on(stock)


widths = st.integers(0, 300) | st.sampled_from([2**31, 2**32 - 2, 2**33, 2**62, 2**70])
bound = st.integers(-5, 5) | st.floats(-1e3, 1e3)


@quick
@given(low=st.integers(-5, 5), width=widths, n=st.integers(0, 100))
def test_initial_integers(low: int, width: int, n: int) -> None:
    _starts_as_deap(partial(random.randint, low, low + width), n)


@quick
@given(low=bound, high=bound, n=st.integers(0, 20))
def test_initial_reals(low: float, high: float, n: int) -> None:
    _starts_as_deap(partial(random.uniform, low, high), n)


def _starts_as_deap(draw: Any, n: int) -> None:
    def on(repeat: Any) -> Any:
        return outcome(lambda _: repeat(GENOME, draw, n), [])

    assert on(init.init_repeat) == on(tools.initRepeat)


@quick
@given(data=st.data(), size=st.integers(0, 60), n=st.integers(0, 12), at_once=st.integers(1, 99))
def test_initial_populations(data: Any, size: int, n: int, at_once: int) -> None:
    draw = data.draw(st.sampled_from([random.randint, random.uniform]))
    kind = data.draw(st.sampled_from([GENOME, list]))

    def made(*, fast: bool) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("gene", draw, 0, 5)
        toolbox.register("individual", tools.initRepeat, kind, toolbox.gene, size)
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        if fast:
            accelerate(toolbox)
        return outcome(lambda _: toolbox.population(n=n), [])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(init, "_AT_ONCE", at_once)
        stock = made(fast=False)
        assert with_and_without_core(lambda: made(fast=True)) == [stock, stock]


@quick
@given(size=st.integers(0, 300), left_out=st.integers(0, 1))
def test_initial_permutations(size: int, left_out: int) -> None:
    """Of a toolbox whose individuals are registered before it is accelerated."""
    toolbox = base.Toolbox()
    toolbox.register("indices", random.sample, range(size), max(0, size - left_out))
    toolbox.register("individual", tools.initIterate, GENOME, toolbox.indices)
    stock = outcome(lambda _: toolbox.individual(), [])
    accelerate(toolbox)
    assert toolbox.individual.args[1] is toolbox.indices
    assert toolbox.indices.func is init.sample
    assert outcome(lambda _: toolbox.individual(), []) == stock
