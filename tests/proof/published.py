"""Running times of the BBOB workshop 2009, from the archives that the package cocopp brings."""

import tarfile
from importlib.metadata import distribution

ARCHIVE = "best2009-bbob"


def expected_running_time(function: int, dimension: int, precision: float = 1e-8) -> float:
    """Evaluations that the best of 31 entries needed to come within `precision` of the optimum.

    Raises `LookupError` where none of them did.
    """
    name = f"{ARCHIVE}/bbob-bestalg_f{function:02d}_d{dimension:02d}.dat"
    # Found without its import, which asks the network for newer archives.
    archive = distribution("cocopp").locate_file(f"cocopp/refalgs/{ARCHIVE}.tar.gz")
    with tarfile.open(str(archive)) as tar:
        content = tar.extractfile(name)
        assert content is not None
        rows = [line.split() for line in content.read().decode().splitlines() if line[0] != "%"]
    reached = [float(row[0]) for row in rows if float(row[1]) <= precision * (1 + 1e-9)]
    if not reached:
        raise LookupError(f"f{function} in {dimension}-D was not solved to {precision}")
    return reached[0]
