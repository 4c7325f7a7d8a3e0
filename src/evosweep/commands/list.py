"""`evosweep list`: print the built-in problems, algorithms and backends with their parameters."""

import argparse
import textwrap
from collections.abc import Iterator
from typing import cast

from evosweep.backends.table import BACKENDS
from evosweep.errors import InputError, did_you_mean, shown
from evosweep.genomes.deap_types import Toolbox
from evosweep.plugins.builtins import ALGORITHMS, PROBLEMS
from evosweep.plugins.catalogue import Builtin, catalogue
from evosweep.plugins.loading import load_problem

_KINDS = ("problems", "algorithms", "backends")
_WIDTH = 100
_NAME = max(map(len, (*PROBLEMS, *ALGORITHMS, *BACKENDS)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep list`."""
    parser.add_argument(
        "what",
        nargs="?",
        metavar="problems|algorithms|backends|NAME",
        help="one kind or one built-in, with parameters (default: the names of all)",
    )
    parser.add_argument("--markdown", action="store_true", help="everything, as docs/reference.md")


def main(args: argparse.Namespace) -> int:
    """Print the list; raises InputError for an unknown name."""
    if args.markdown:
        lines = markdown()
    elif args.what is None:
        lines = _names()
    elif args.what in _KINDS:
        lines = _details(args.what)
    else:
        lines = _detail(args.what)
    for line in lines:
        print(line)
    return 0


def _builtins(kind: str) -> list[Builtin]:
    return list(catalogue(kind.removesuffix("s")))


def _names() -> Iterator[str]:
    for kind in ("problems", "algorithms"):
        yield kind
        yield from (f"  {each.name:{_NAME}} {each.summary}" for each in _builtins(kind))
        yield ""
    yield from _backends()
    yield ""
    yield "With parameters: evosweep list problems, or evosweep list onemax"


def _details(kind: str) -> Iterator[str]:
    if kind == "backends":
        yield from _backends()
        return
    for number, each in enumerate(_builtins(kind)):
        yield from [""] if number else []
        yield from _lines(each)


def _detail(name: str) -> Iterator[str]:
    for kind in ("problems", "algorithms"):
        for each in _builtins(kind):
            if each.name == name:
                yield from _lines(each)
                return
    if name in BACKENDS:
        yield f"{name}: {BACKENDS[name].summary}"
        return
    names = [*PROBLEMS, *ALGORITHMS, *BACKENDS, *_KINDS]
    raise InputError(
        f"{shown(name)}: there is no such built-in; evosweep list names all"
        f"{did_you_mean(name, names)}"
    )


def _lines(each: Builtin) -> Iterator[str]:
    yield f"{each.name}: {each.summary}"
    if facts := _facts(each):
        yield f"  {facts}"
    for text in (each.text, each.source):
        for paragraph in text.split("\n\n") if text else ():
            yield from textwrap.wrap(paragraph, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    for parameter in each.parameters:
        kind = f"{parameter.type} = {parameter.default}" if parameter.default else parameter.type
        yield from textwrap.wrap(
            f"{parameter.name}: {kind}: {parameter.text}",
            _WIDTH,
            initial_indent="    ",
            subsequent_indent="        ",
        )


def _backends() -> Iterator[str]:
    yield "backends"
    yield from (f"  {name:{_NAME}} {kind.summary}" for name, kind in BACKENDS.items())


def _facts(each: Builtin) -> str:
    """Return the traits of a problem with default parameters; empty if it cannot be built."""
    from evosweep.problems.traits import Traits

    if each.kind != "problem":
        return ""
    try:
        toolbox = cast(Toolbox, load_problem(each.name)())
        weights = toolbox.individual().fitness.weights
    except Exception:  # a package that it needs is not installed
        return ""
    traits = Traits.of(toolbox)
    goals = ", ".join("maximised" if weight > 0 else "minimised" for weight in weights)
    facts = [f"genome: {traits.genome or 'its own'}", f"objectives: {goals}"]
    facts += ["optimum known"] if traits.optimum is not None else []
    facts += ["front known"] if traits.front is not None else []
    facts += ["real data"] if traits.dataset is not None else []
    return "; ".join(facts)


def markdown() -> Iterator[str]:
    """Yield the page docs/reference.md."""
    yield "# Built-in problems, algorithms and backends"
    yield ""
    yield "Made by `make reference` from signatures and docstrings, which `evosweep list` prints."
    for kind in ("problems", "algorithms"):
        yield from ("", f"## {kind.capitalize()}")
        for each in _builtins(kind):
            yield from _section(each)
    yield from ("", "## Backends", "", "| backend | where evaluations happen |", "|---|---|")
    yield from (f"| `{name}` | {_cell(kind.summary)} |" for name, kind in BACKENDS.items())


def _section(each: Builtin) -> Iterator[str]:
    facts = _facts(each)
    yield from ("", f"### {each.name}", "", each.summary)
    for text in (f"{facts[:1].upper()}{facts[1:]}." if facts else "", each.text, each.source):
        if text:
            yield from ("", text)
    if each.parameters:
        yield from ("", "| parameter | type | default | |", "|---|---|---|---|")
        for one in each.parameters:
            cells = (f"`{one.name}`", _cell(one.type), _cell(one.default), _cell(one.text))
            yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
