"""The program that `mpiexec` runs by `python -m mpi4py.futures`: rank 0 performs the job.

mpi4py takes a file's path, and imports the file on the other ranks as `__worker__`; there it ties
them to their supervisor. When a rank has died, mpich ends the others by SIGINT; this does not count
as a stop.
"""

from evosweep.processes import guard, safe_path, signals

safe_path.release()
signals.leave_terminal_to_parent()
guard.follow_supervisor()

if __name__ == "__main__":
    import sys

    from evosweep.supervision.performer import main

    main(sys.argv[1])
