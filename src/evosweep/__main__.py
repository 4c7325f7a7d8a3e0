"""`python -m evosweep`: the same as `evosweep`."""

import sys

from evosweep.cli import main

sys.exit(main())
