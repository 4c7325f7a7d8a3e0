"""Where random numbers come from."""

import random

import numpy

from evosweep.evaluation import generators, seeds


def test_a_run_is_seeded_as_a_program_by_hand() -> None:
    seeds.seed_run(64)
    drawn = random.random(), numpy.random.random()
    random.seed(64)
    numpy.random.seed(64)
    assert drawn == (random.random(), numpy.random.random())


def test_states_are_told_apart_and_put_back() -> None:
    before = seeds.state()
    assert before == seeds.state()
    for draw in (
        random.random,
        numpy.random.random,
        numpy.random.randn,
        lambda: random.gauss(0, 1),
    ):
        draw()
        assert before != seeds.state()
        assert not before.is_current()
        before.restore()
        assert before == seeds.state()
        assert before.is_current()


def test_a_normal_number_that_was_held_back_is_missed() -> None:
    """The second of a pair is returned without a change of the words."""
    for draw in (numpy.random.randn, lambda: random.gauss(0, 1)):
        draw()
        before = seeds.state()
        assert before.is_current()
        draw()
        assert not before.is_current()


def test_an_evaluation_is_seeded_by_its_place_alone() -> None:
    def drawn(*place: int) -> tuple[float, float]:
        seeds.seed_evaluation(*place)
        return random.random(), float(numpy.random.random())

    places = [(1, 0, 0), (2, 0, 0), (1, 1, 0), (1, 0, 1), (1, 11, 0), (11, 1, 0)]
    assert len({drawn(*place) for place in places}) == len(places)
    assert drawn(1, 0, 0) == drawn(1, 0, 0)


def test_states_in_memory_are_those_that_the_generators_tell() -> None:
    for _ in range(1300):  # past the end of the words, twice
        random.random()
        numpy.random.random()
        numpy.random.randn()
        random.gauss(0, 1)
        taken = seeds.state()
        assert taken.python == generators._ask_python()
        assert taken.numpy == generators._ask_numpy()
        told = numpy.random.get_state(legacy=False)
        assert taken.numpy_gauss == (told["gauss"] if told["has_gauss"] else None)
        assert taken.python_gauss == random.getstate()[2]


def test_a_generator_put_in_the_place_of_numpys_is_asked() -> None:
    first = numpy.random.get_bit_generator()
    numpy.random.set_bit_generator(numpy.random.MT19937(5))
    try:
        before = seeds.state()
        assert before.is_current()
        numpy.random.random()
        assert before != seeds.state()
        assert not before.is_current()
    finally:
        numpy.random.set_bit_generator(first)
