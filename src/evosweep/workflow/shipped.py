"""Find the workflow's own files: the Snakefile, its rules and its profiles."""

from pathlib import Path

from evosweep.errors import InputError

_INSTALLED = Path(__file__).parents[1] / "shipped"  # setup.py copies them to this folder
_CLONED = Path(__file__).parents[3]


def root() -> Path:
    """Return the folder with the Snakefile: in the installed package, or in a clone.

    Raises
    ------
    InputError
        If neither exists.
    """
    for folder in (_INSTALLED, _CLONED):
        if (folder / "Snakefile").is_file() and (folder / "workflow" / "rules").is_dir():
            return folder
    raise InputError(
        f"{_INSTALLED}: the workflow's files are not there; install evosweep again: "
        "pip install 'evosweep[workflow]'"
    )
