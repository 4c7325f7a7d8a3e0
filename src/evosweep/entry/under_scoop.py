"""What `python -m scoop` is given to run: its origin works, its workers only import this file.

SCOOP takes a file's path and imports it on workers as SCOOP_WORKER, so that everything it needs
is imported by its absolute name.
"""

from evosweep import board, guard

guard.follow_supervisor()
board.seat()  # so that the supervisor knows of it from the start

if __name__ == "__main__":
    import sys

    from evosweep.perform import main

    main(sys.argv[1])
