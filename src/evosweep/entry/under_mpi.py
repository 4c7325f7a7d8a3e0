"""The program that `mpiexec` runs by `python -m mpi4py.futures`: rank 0 performs the job.

mpi4py takes a file's path and imports it on the other ranks as `__worker__`, which is how they
learn whom they end with.
"""

from evosweep.processes import guard, safe_path

safe_path.release()
guard.follow_supervisor()

if __name__ == "__main__":
    import sys

    from evosweep.supervision.performer import main

    main(sys.argv[1])
