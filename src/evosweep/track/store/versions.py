"""The versions of MLflow that evosweep knows from the inside, and nothing else of them.

Tracking writes MLflow's tables (`bulk`, `datasets`, `database`), asks servers through its private
functions (`bounded`), serves its page (`ui.app`) and prepares settings of that page
(`content.views`). None of these is promised to stay, so only versions are used that the tests ran
with: `tests/tracking/test_versions.py` holds the oldest and the newest to the same contents. The
range in pyproject.toml is the same.
"""

from evosweep.errors import InputError

OLDEST, NEWEST = (3, 16), (3, 17)
"""Minor versions, both included."""
REQUIREMENT = f"mlflow>={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"


def check_version(version: str) -> None:
    """Raise `InputError` for a version of MLflow that evosweep was not tested with."""
    parts = version.split(".")[:2]
    if not all(part.isdigit() for part in parts) or not OLDEST <= tuple(map(int, parts)) <= NEWEST:
        raise InputError(
            f"MLflow {version} is installed, whose tables and pages evosweep does not know: "
            f"pip install '{REQUIREMENT}'"
        )
