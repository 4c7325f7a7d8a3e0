"""Makes docs/commands.md from what `evosweep COMMAND --help` says: `make reference`."""

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

from evosweep.cli import COMMANDS, EXAMPLES, GROUPS

PAGE = Path(__file__).parent / "commands.md"
_OPTIONAL = ("?", "*", argparse.REMAINDER)


def markdown() -> str:
    """The page."""
    lines = [
        "# Commands",
        "",
        "Made by `make reference` from what `evosweep COMMAND --help` says. RESULTS is `results/` "
        "unless you name another folder.",
        "",
        "Exit codes: 0 done, 1 failed, 2 bad input, 75 another process has it (try again later), "
        "130 and 143 stopped by Ctrl-C and by SIGTERM.",
    ]
    for title, names in GROUPS.items():
        lines += ["", f"## {title.capitalize()}"]
        for name in names:
            lines += _section(name)
    return "\n".join(lines) + "\n"


def _section(name: str) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog=f"evosweep {name}", add_help=False)
    importlib.import_module(f"evosweep.commands.{name}").add_arguments(parser)
    actions = [each for each in parser._actions if each.help != argparse.SUPPRESS]
    given = [_synopsis(each) for each in actions if not each.option_strings or each.required]
    rest = ["[OPTIONS]"] if any(not _always(each) for each in actions) else []
    yield from ("", f"### {name}", "", f"{COMMANDS[name][:1].upper()}{COMMANDS[name][1:]}.")
    yield from ("", f"    {' '.join([parser.prog, *given, *rest])}")
    if name in EXAMPLES:
        yield from ("", f"For example, `{EXAMPLES[name]}`.")
    if actions:
        yield from ("", "| argument | |", "|---|---|")
        yield from (f"| {_named(each)} | {_text(each)} |" for each in actions)


def _always(action: argparse.Action) -> bool:
    return action.required or not action.option_strings


def _synopsis(action: argparse.Action) -> str:
    if action.option_strings:
        return f"{action.option_strings[0]} {_value(action)}"
    return f"[{_value(action)}]" if action.nargs in _OPTIONAL else _value(action)


def _named(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _value(action)
    names = ", ".join(action.option_strings)
    text = f"{names} {value}".strip()
    # A bar ends a cell, and the two readers of these pages disagree on how to write one in code.
    return f"<code>{text.replace('|', '&#124;')}</code>" if "|" in text else f"`{text}`"


def _value(action: argparse.Action) -> str:
    """What stands for the argument's value, as `--help` has it."""
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "{" + ",".join(str(each) for each in action.choices) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def _text(action: argparse.Action) -> str:
    text = (action.help or "") % {**vars(action), "prog": "evosweep"}
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(markdown(), encoding="utf-8")
