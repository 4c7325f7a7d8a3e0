"""The environment variables of processes that evaluate: threads, numerics, and supervisor."""

import os

from evosweep.machine import numerics
from evosweep.machine.threads import THREAD_VARIABLES
from evosweep.processes import address
from evosweep.processes.guard import SUPERVISOR_VARIABLE


def for_workers(*, several_hosts: bool = False) -> dict[str, str]:
    """Return this environment with one BLAS thread unless set otherwise, and with our address.

    Several hosts use portable numerics unless set otherwise, if their processors have them. Raises
    InputError for numerics that this processor does not have.
    """
    if several_hosts and numerics.VARIABLE not in os.environ and numerics.can_be_portable():
        os.environ[numerics.VARIABLE] = "portable"
    mine = {SUPERVISOR_VARIABLE: address.of_this_process()}
    return dict.fromkeys(THREAD_VARIABLES, "1") | os.environ | numerics.environment() | mine
