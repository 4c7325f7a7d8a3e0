"""Every error that evosweep raises on purpose, as one tree.

EvosweepError
├── InputError      what the caller gave is wrong: exit code 2
└── RunError        the run itself failed: exit code 1

A message is one line: what is wrong, where, the value, and what to do about it.
"""


class EvosweepError(Exception):
    """Root of the tree; `exit_code` is what the command line returns for it."""

    exit_code = 1


class InputError(EvosweepError):
    """Bad input: a config, a spec, an option or a folder that cannot be used as it is."""

    exit_code = 2


class RunError(EvosweepError):
    """A run that started and could not finish."""
