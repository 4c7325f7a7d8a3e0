"""What `python -m scoop` is given to run: its origin works, its workers only import this file.

SCOOP takes a file's path and imports it on workers as SCOOP_WORKER, so that everything it needs
is imported by its absolute name.
"""

import logging

from evosweep.processes import activity, guard

# Its warnings tell that it sends a chunk again, which does no harm, and print the whole chunk.
logging.getLogger("SCOOPLogger").setLevel(logging.ERROR)

guard.follow_supervisor()
activity.seat()  # so that the supervisor knows of it from the start

if __name__ == "__main__":
    import sys

    from evosweep.supervision.performer import main

    main(sys.argv[1])
