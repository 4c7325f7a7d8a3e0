"""The program that `python -m scoop` runs: its origin performs the job, workers only import it.

SCOOP takes a file's path and imports the file on workers as SCOOP_WORKER, so that imports must be
absolute.
"""

import logging

from evosweep.processes import activity, guard, safe_path

# SCOOP warns, with the whole chunk, when it sends a chunk again, which does no harm.
logging.getLogger("SCOOPLogger").setLevel(logging.ERROR)

safe_path.release()
guard.follow_supervisor()
activity.seat()  # the supervisor watches this process from the start

if __name__ == "__main__":
    import sys

    from evosweep.supervision.performer import main

    main(sys.argv[1])
