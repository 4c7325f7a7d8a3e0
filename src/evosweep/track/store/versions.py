"""The supported versions of MLflow.

Tracking writes MLflow's tables (`bulk`, `datasets`, `database`), asks servers through its private
functions (`bounded`), serves its page (`ui.app`) and prepares settings of that page
(`content.views`). None of these is a stable interface, so that only tested versions are accepted:
`tests/tracking/test_versions.py` compares the contents of the oldest and the newest one.
pyproject.toml has the same range.
"""

from evosweep.errors import InputError

OLDEST, NEWEST = (3, 16), (3, 17)
"""The first and the last supported minor version."""
REQUIREMENT = f"mlflow>={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"


def check_version(version: str) -> None:
    """Raise `InputError` for a version of MLflow that evosweep was not tested with."""
    parts = version.split(".")[:2]
    if not all(part.isdigit() for part in parts) or not OLDEST <= tuple(map(int, parts)) <= NEWEST:
        raise InputError(
            f"MLflow {version} is installed, whose tables and pages evosweep does not know: "
            f"pip install '{REQUIREMENT}'"
        )
