"""Every error that evosweep raises on purpose, as one tree.

EvosweepError
├── InputError      what the caller gave is wrong: exit code 2
│   └── Damaged     a file of a run is not what it should be: named, and the others go on
└── RunError        the run itself failed: exit code 1

A message is one line: what is wrong, where, the value, and what to do about it.
"""

from pathlib import Path

from evosweep.wording import printable


class EvosweepError(Exception):
    """Root of the tree; `exit_code` is what the command line returns for it."""

    exit_code = 1


class InputError(EvosweepError):
    """Bad input: a config, a spec, an option or a folder that cannot be used as it is."""

    exit_code = 2


class Damaged(InputError):
    """A file of a run that is not what it should be, with one line that says so.

    What reads many runs shows that line, leaves this run out and goes on with the others:
    `damaged: <folder>: <field>: <value>: <what is allowed>`.

    Parameters
    ----------
    folder
        The run's folder.
    field
        The file or the field of its record that is wrong; may be empty.
    reason
        The value and what is allowed.
    torn
        Whether the file is empty or cut off, as after a power cut, and nothing is lost by writing
        it again.
    """

    def __init__(self, folder: Path, field: str, reason: str, *, torn: bool = False) -> None:
        self.folder, self.field, self.torn = folder, field, torn
        self.reason = ": ".join(printable(part) for part in (field, reason) if part)
        super().__init__(f"damaged: {printable(str(folder))}: {self.reason}")


class RunError(EvosweepError):
    """A run that started and could not finish."""
