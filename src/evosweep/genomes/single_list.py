"""Copy one individual that is a list of simple genes, without the overhead of a block.

The result equals that of `Block.of` and `Rebuilder.block` for a block of one.
"""

from typing import Any, NamedTuple

from evosweep.genomes.class_values import base_of, made_by_class
from evosweep.genomes.companions import state_that_travels
from evosweep.genomes.encoded import encode_genomes
from evosweep.genomes.encoding import encode
from evosweep.genomes.form import Form
from evosweep.genomes.rebuild import Rebuilder
from evosweep.genomes.value_kinds import NATIVE


class SingleList(NamedTuple):
    """An individual's genes, their encoding, and the copy for the evaluation."""

    encoding: bytes
    """The encoding of a list with this one genome."""
    genes: list[object]
    given: list[object]
    form: Form

    @property
    def is_changed(self) -> bool:
        """True if the evaluation has changed its genes."""
        if list.__eq__(self.given, self.genes):  # still the same objects
            return False
        return encode_genomes([self.given], self.form).encoding != self.encoding


def single_list(
    individual: Any, form: Form, rebuild: Rebuilder, declared: frozenset[str]
) -> SingleList | None:
    """Return the copy of an individual; None unless it is a list of simple genes."""
    kind: type = type(individual)
    if base_of(kind) is not list:
        return None
    genes = list.copy(individual)
    if not NATIVE.issuperset(map(type, genes)):
        return None
    state = state_that_travels(individual, form, declared)
    if kind is list:
        given = genes.copy()
    elif not state and made_by_class(kind).keys() == {"fitness"}:
        given = list.__new__(kind)
        list.extend(given, genes)
        made: Any = given
        made.fitness = object.__new__(made_by_class(kind)["fitness"])
    else:
        given = rebuild.individual(kind, genes, state)
    return SingleList(encode([genes]), genes, given, form)
