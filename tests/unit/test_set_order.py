"""Sets whose order is their history: seen, and harmless where the evaluation does not read it."""

from typing import Any

from deap import base, creator

from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.rebuild import Rebuilder
from evosweep.genomes.set_order import is_reordered

if not hasattr(creator, "OrderedSet"):
    creator.create("OrderFitness", base.Fitness, weights=(1.0,))
    creator.create("OrderedSet", set, fitness=creator.OrderFitness)
    creator.create("OrderedList", list, fitness=creator.OrderFitness)


def _reordered(individual: Any) -> bool:
    form = PlainForm()
    form.genome(individual)
    return is_reordered(individual, form, Rebuilder())


def test_a_set_that_once_was_larger_is_seen_to_come_back_in_another_order() -> None:
    grown = creator.OrderedSet([8, 0, 16, 3])
    grown.update(range(100, 200))
    grown -= set(range(100, 200))
    assert list(grown) != list(set(grown))
    assert _reordered(grown)
    assert _reordered(creator.OrderedList([1, [{"a": set(grown)}, grown]]))


def test_a_set_in_the_order_of_its_elements_comes_back_so() -> None:
    assert not _reordered(creator.OrderedSet(range(5)))
    assert not _reordered(creator.OrderedList([1.5, 2.5]))


def test_genes_of_a_programs_own_class_are_sent_in_its_form() -> None:
    class Gene:
        """Its text is the same for equal genes."""

        def __init__(self, held: Any) -> None:
            self.held = held

        def __repr__(self) -> str:
            return f"Gene({self.held})"

    form = PlainForm(lambda gene: gene.held)
    grown = set(range(100, 200)) | {8, 0, 16, 3}
    grown -= set(range(100, 200))
    for held, reordered in ({1, 2}, False), (grown, True):
        individual = creator.OrderedList([Gene(held)])
        form.genome(individual)
        assert is_reordered(individual, form, Rebuilder(decode=Gene)) is reordered
