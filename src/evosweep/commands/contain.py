"""`evosweep contain ... -- evosweep run ...`: perform one run in a container and watch it.

A container goes on running when its engine's client or the client's parent is killed. So this
process stays beside the client. It passes SIGTERM and Ctrl-C on, and stops the container when the
workflow has died (EVOSWEEP_PARENT, as for `evosweep run`). It also holds the other end of the
container's standard input. When this process or the client is killed, this pipe closes, and
`evosweep.entry.in_container` ends the run. A container that does not end in time is removed.
"""

import argparse
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from evosweep.backends.table import BACKENDS
from evosweep.commands.run import add_arguments as add_run_arguments
from evosweep.commands.run import is_several, names_of, read_spec, read_spec_file, write_receipt
from evosweep.config.spec import RunSpec
from evosweep.containers import command_line, engines
from evosweep.containers.client import Client
from evosweep.containers.command_line import ContainedRun, EngineContainer
from evosweep.errors import InputError
from evosweep.machine import environment
from evosweep.records.folder import RunFolder
from evosweep.records.source_copies import keep_sources


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evosweep contain`."""
    parser.add_argument(
        "--engine", required=True, choices=command_line.ENGINES, help="what starts it"
    )
    parser.add_argument("--image", help="as the engine names it; evosweep-run unless given")
    parser.add_argument("--memory", help="its limit, such as 4g; none unless given")
    parser.add_argument("--network", default=command_line.NONE, help="none unless given")
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="-- evosweep run ...", help="what to run in it"
    )


def main(args: argparse.Namespace) -> int:
    """Run the command in its container; returns the exit code of `evosweep run`."""
    container = EngineContainer(args.engine, args.image, args.memory, args.network)
    run = _parse_run(args.words)
    image = engines.look_at(container)
    contained = _contained(run)
    commit, dirty = environment.git()
    os.environ.setdefault("EVOSWEEP_GIT_COMMIT", commit or "")
    os.environ.setdefault("EVOSWEEP_GIT_DIRTY", "1" if dirty else "0")
    argv = command_line.engine_command(container, image, contained)
    code = Client(container.engine, contained.name, argv).run()
    if code == 0 and run.receipt is not None:
        write_receipt(run.receipt, run.out, names_of(run), several=is_several(run))
    return code


def _parse_run(command: list[str]) -> argparse.Namespace:
    words = command[1:] if command[:1] == ["--"] else command
    if words[:2] != ["evosweep", "run"]:
        raise InputError(f"a container runs 'evosweep run ...', not '{' '.join(words[:2])}'")
    parser = argparse.ArgumentParser(prog="evosweep run")
    add_run_arguments(parser)
    run = parser.parse_args(words[2:])
    read_spec_file(run)
    return run


def _contained(run: argparse.Namespace) -> ContainedRun:
    """Return the run, after making its folder, which then belongs to the caller."""
    spec = read_spec(run.spec, elsewhere=True)
    use = spec["backend"]["use"]
    if not BACKENDS[use].contained:
        raise InputError(f"backend {use}: a run in a container cannot have it; use pool or scoop")
    if spec["backend"].get("hosts") is not None:
        raise InputError("backend.hosts: a run in a container reaches no other host")
    if run.order is not None:
        raise InputError("--order: its journal is not in the container; call it without one")
    out = Path(os.path.abspath(run.out))  # noqa: PTH100 - it must not resolve links
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot make the run's folder ({error.strerror})") from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise InputError(f"{out}: the run's folder is read-only; choose one that you may write to")
    names = ("fresh", "in_process", "apart")
    flags = [f"--{name.replace('_', '-')}" for name in names if vars(run)[name]]
    contained = ContainedRun(spec, out, run.seeds, tuple(flags))
    contained.write_long_spec()
    _keep_sources(spec, out, several=run.seeds is not None)
    return contained


def _keep_sources(spec: dict[str, Any], out: Path, *, several: bool) -> None:
    """Copy the sources outside, since containers do not get the folder of an experiment's
    sources."""
    with suppress(InputError):  # a module that only the image has
        parsed = RunSpec.parse(spec)
        folder = RunFolder(out / parsed.run_id if several else out)
        keep_sources(parsed, folder.sources)
