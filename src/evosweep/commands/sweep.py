"""`evosweep sweep`: run the whole workflow of a config from any folder, and show its progress."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evosweep.errors import InputError
from evosweep.processes import safe_path

_CORES = ("--cores", "-c", "--jobs", "-j", "--executor", "-e", "--profile", "--workflow-profile")
_LOOKS = ("--dry-run", "--dryrun", "-n", "--lint", "--summary", "--unlock", "--dag", "--rulegraph")
"""Options with which Snakemake performs no job."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep sweep`."""
    parser.add_argument("config", metavar="CONFIG", help="an experiment's YAML file")
    parser.add_argument(
        "options",
        nargs=argparse.REMAINDER,
        metavar="...",
        help="options of snakemake, such as --cores 16, --dry-run or --config seeds=[1,2] "
        "(default: --cores all)",
    )


def main(args: argparse.Namespace) -> int:
    """Run the workflow; returns 0, 1 if runs failed, 2 for bad input, 130 and 143 for stops."""
    if not Path(args.config).is_file():
        raise InputError(f"{args.config}: there is no such config file")
    try:
        import snakemake.cli
    except ImportError:
        raise InputError(
            "sweep needs Snakemake, which is not installed: pip install 'evosweep[workflow]'"
        ) from None
    from evosweep.workflow import current_call, ending

    safe_path.release()
    sys.argv = ["snakemake", *command_line(args.config, args.options)]
    code = 0
    try:
        snakemake.cli.main(sys.argv[1:])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    call = current_call.current()
    if code == 0 and call is not None and not call.started and not _only_looks(args.options):
        ending.say(ending.after_success(call))  # there was nothing to do
    return code


def command_line(config: str, options: Sequence[str]) -> list[str]:
    """Return Snakemake's command line for a config and the user's options."""
    from evosweep.workflow.shipped import root

    words, files = list(options), root()
    named = f"config={config}"
    place = next((i for i, word in enumerate(words) if word in ("--config", "-C")), None)
    if place is None:
        words += ["--config", named]
    else:
        words.insert(place + 1, named)
    if not _has(options, _CORES):
        words = ["--cores", "all", *words]
    if not _has(options, ("--workflow-profile",)):
        words = ["--workflow-profile", str(files / "profiles" / "default"), *words]
    return ["--snakefile", str(files / "Snakefile"), *words]


def _has(options: Sequence[str], names: Sequence[str]) -> bool:
    return any(word.partition("=")[0] in names for word in options)


def _only_looks(options: Sequence[str]) -> bool:
    return _has(options, _LOOKS)
