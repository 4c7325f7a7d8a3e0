"""Find sets whose order changes when they are rebuilt.

The order of a set depends on its history, so that a rebuilt set may have another order. This order
is the same on every backend, but may differ from that of the plain program. So an evaluation that
adds floats in the order of a set may round differently. `sorted(individual)`, `math.fsum`, counts
and tests for membership do not depend on the order.
"""

from evosweep.genomes.blocks import Block
from evosweep.genomes.form import Form
from evosweep.genomes.rebuild import Rebuilder


def is_reordered(individual: object, form: Form, rebuild: Rebuilder) -> bool:
    """Return True if an individual, rebuilt as on a worker, has a set in another order."""
    if not form.sets:
        return False
    sent = Block.of([individual], form)._replace(contents=None)
    (again,) = rebuild.block(sent)
    return repr(again) != repr(individual)
