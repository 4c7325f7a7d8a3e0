"""Sets, whose order is their history: a set that is made anew may have another one.

Its order is then the same on every backend, but not that of the plain program, so that an
evaluation which adds floats in the order of a set rounds in another way. What does not depend on
it: `sorted(individual)`, `math.fsum`, a count, a test for membership.
"""

from evosweep.genomes.blocks import Block
from evosweep.genomes.form import Form
from evosweep.genomes.rebuild import Rebuilder


def is_reordered(individual: object, form: Form, rebuild: Rebuilder) -> bool:
    """Return True if an individual that is made anew of what travels has a set in another order."""
    if not form.sets:
        return False
    sent = Block.of([individual], form)._replace(contents=None)
    (again,) = rebuild.block(sent)
    return repr(again) != repr(individual)
