"""Other Pythons on this machine, for what must be equal, or must be refused, under each of them."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
VARIABLE = "EVOSWEEP_OTHER_PYTHON"
"""Names one more interpreter: that of an environment with the packages of envs/run.txt."""
_NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")
_NEEDED = "import deap, numpy, pyarrow, pydantic, evosweep.cli"


@cache
def other_pythons() -> list[str]:
    """Every other supported Python that lies on this machine."""
    places = [
        *(Path.home() / ".pyenv" / "versions").glob("3.1[1-4]*/bin/python"),
        *map(shutil.which, _NAMES),
    ]
    found = {str(Path(place).resolve()) for place in places if place}
    return sorted(python for python in found if _succeeds(python, ""))


def able_python() -> str | None:
    """An interpreter of another version that can perform runs; None where there is none."""
    named = os.environ.get(VARIABLE)
    here = "{}.{}".format(*sys.version_info)
    other = f"import sys; assert '{{}}.{{}}'.format(*sys.version_info) != '{here}'; {_NEEDED}"
    places = [*([named] if named else []), *other_pythons()]
    return next((python for python in places if _succeeds(python, other)), None)


def environment() -> dict[str, str]:
    """The variables by which another interpreter finds this evosweep."""
    return os.environ | {"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}


def _succeeds(python: str, program: str) -> bool:
    done = subprocess.run(
        [python, "-c", program], env=environment(), capture_output=True, check=False
    )
    return done.returncode == 0
