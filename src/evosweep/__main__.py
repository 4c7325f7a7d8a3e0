"""`python -m evosweep`: the same as `evosweep`."""

import sys

if not sys.flags.safe_path:  # nothing more is imported from the working folder
    del sys.path[0]

from evosweep.cli import main

sys.exit(main())
