"""Programs that SCOOP, MPI, a container or an image starts: a few lines over other rooms."""
