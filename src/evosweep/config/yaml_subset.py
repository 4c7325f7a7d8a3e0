"""YAML as a config needs it: plain data, each key once, nothing that runs or explodes.

Tags are refused (they construct objects elsewhere), duplicate keys are refused (the second would
silently win), aliases may not expand to more than `MAX_NODES` values, and `1e-3` is a number, as
in YAML 1.2. Snakemake would run the Python in a file that sets `__use_yte__`: it is refused here,
and the Snakefile reads its config through here alone.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from evosweep.errors import InputError

MAX_NODES = 1_000_000


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with YAML 1.2's floats."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)


def read(path: Path) -> dict[str, Any]:
    """The mapping in a YAML (or JSON) file; raises InputError naming file and line otherwise."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text: {error.reason}") from None


def parse(text: str, name: str) -> dict[str, Any]:
    """The mapping in a YAML text; `name` says in errors where it came from."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        found = [*_tags(text), *_duplicates(root)] if root else []
        if found:
            raise InputError("\n".join(f"{name}, {mistake}" for mistake in found))
        _measure(root, {}, name)
        data = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise InputError(f"{name}{_reason(error)}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"{name}: cannot be read as YAML: {error}") from None
    if not isinstance(data, dict):
        raise InputError(f"{name}: should be a mapping of keys to values, as in config/README.md")
    if "__use_yte__" in data:
        raise InputError(f"{name}: __use_yte__ is refused: a config is data, not a program")
    return data


def scalar(text: str) -> Any:
    """What a word is in YAML: a number, true, false, null, or else the word itself."""
    loader = _Loader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return loader.construct_object(yaml.ScalarNode(tag, text), deep=True)


def _tags(text: str) -> Iterator[str]:
    for event in yaml.parse(text, Loader=_Loader):
        tag, mark = getattr(event, "tag", None), event.start_mark
        if tag is not None and mark is not None:
            yield f"line {mark.line + 1}: the tag {tag} is refused; write plain values"


def _duplicates(root: yaml.Node) -> Iterator[str]:
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        keys: set[str] = set()
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.value in keys:
                yield f"line {key.start_mark.line + 1}: the key '{key.value}' is there twice"
            keys.add(str(key.value))
            waiting.append(value)
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _measure(node: yaml.Node | None, sizes: dict[int, int], name: str) -> int:
    """How many values a node has with its aliases written out; refuses too many and cycles."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise InputError(f"{name}: an alias contains itself")
        return sizes[id(node)]
    sizes[id(node)] = 0  # being measured
    pairs = isinstance(node, yaml.MappingNode)
    children = [child for pair in node.value for child in pair] if pairs else node.value
    size = 1 + sum(_measure(child, sizes, name) for child in children)
    if size > MAX_NODES:
        raise InputError(f"{name}: aliases expand to more than {MAX_NODES:,} values")
    sizes[id(node)] = size
    return size


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{where}: {problem}"
