"""Describe the built-ins and their parameters, from their signatures and docstrings."""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from evosweep.plugins.sources import builtins

_HANDED = ("toolbox", "statistics", "hall_of_fame")  # the run sets these, not a config
_SECTION = re.compile(r"^Parameters\n-+\n", re.MULTILINE)
_NAMES = re.compile(r"^(\w+(?:, \w+)*)$")


@dataclass(frozen=True)
class Parameter:
    """A parameter that a config may set."""

    name: str
    type: str
    default: str
    """The default as YAML; empty if the parameter is required."""
    text: str
    """Its meaning, and its allowed values."""


@dataclass(frozen=True)
class Builtin:
    """A problem or an algorithm that `use:` names."""

    kind: str
    name: str
    summary: str
    text: str
    """The rest of its description; may be empty."""
    source: str
    """Its source, a paper or a program; may be empty."""
    parameters: tuple[Parameter, ...]


def catalogue(kind: str) -> Iterator[Builtin]:
    """Yield every built-in of `kind` "problem" or "algorithm", in the order of their names."""
    for name, place in builtins(kind).items():
        module, _, function = place.partition(":")
        yield describe(kind, name, getattr(importlib.import_module(module), function))


def describe(kind: str, name: str, function: Callable[..., object]) -> Builtin:
    """Return the description of a function, from its signature and its docstring."""
    head, texts = _documentation(inspect.getdoc(function) or "")
    summary, _, text = head.partition("\n\n")
    module = inspect.getdoc(inspect.getmodule(function)) or ""
    return Builtin(
        kind,
        name,
        summary=" ".join(summary.split()),
        text="\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part),
        source=" ".join(module.partition("\n\n")[2].split()),
        parameters=tuple(_parameters(function, texts)),
    )


def _documentation(text: str) -> tuple[str, dict[str, str]]:
    """Return a docstring without its sections, and the text on each parameter."""
    head, *rest = _SECTION.split(text)
    texts: dict[str, str] = {}
    names: list[str] = []
    for line in "".join(rest[:1]).splitlines():
        if match := _NAMES.match(line):
            names = match[1].split(", ")
        elif line.startswith("    "):
            texts |= {name: f"{texts.get(name, '')} {line.strip()}".strip() for name in names}
        elif line and not line.startswith(" "):
            break  # the next section
    return head.strip(), texts


def _parameters(function: Callable[..., object], texts: Mapping[str, str]) -> Iterator[Parameter]:
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in _HANDED and parameter.kind is not parameter.VAR_KEYWORD:
            default = parameter.default
            shown = "" if default is parameter.empty else _as_yaml(default)
            yield Parameter(name, _type(parameter.annotation), shown, texts.get(name, ""))


def _type(annotation: object) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _as_yaml(value: object) -> str:
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    return str(list(value) if isinstance(value, tuple) else value)
