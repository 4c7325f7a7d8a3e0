"""Read a subset of YAML for configs: plain data, with each key once.

Words follow the core schema of YAML 1.2: `yes`, `off`, `1:30`, `1_000` and dates are texts, `010`
is
ten, `0o17` is fifteen, `1e-3` is a number. Tags are refused, since they construct objects
elsewhere.
Duplicate keys are refused, since the second would silently win. Aliases may expand to at most
`MAX_NODES` values. Snakemake would run the Python in a file that sets `__use_yte__`: this module
refuses it, and the Snakefile reads its config only through this module.
"""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from evosweep.errors import InputError, one_line, printable, shortened, shown

MAX_NODES = 1_000_000
MAX_DEPTH = 100
MAX_BYTES = 4_000_000
_MOST_MISTAKES = 100  # that are listed
_PREFIX = "tag:yaml.org,2002:"

# The core schema: a tag, the words that get it, and the first characters of these words.
_WORDS = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("merge", r"<<", "<"),  # not in the core schema, but common
)


if TYPE_CHECKING:
    _Safe = yaml.SafeLoader
else:  # several times faster if PyYAML was built with libyaml, as its wheels are
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """PyYAML's safe loader, which reads words as YAML 1.2 does."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def whole_number(self, node: yaml.ScalarNode) -> int:
        """Read `10`, `010`, `0o17` or `0x1F`."""
        text = str(node.value)
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base)

    def real_number(self, node: yaml.ScalarNode) -> float:
        """Read `1.5`, `1e-3` or `.inf`."""
        text = str(node.value).lower()
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))


for _tag, _words, _first in _WORDS:
    _Loader.add_implicit_resolver(
        f"{_PREFIX}{_tag}", re.compile(f"(?:{_words})\\Z"), [c.strip("\0") for c in _first]
    )
_Loader.add_constructor(f"{_PREFIX}int", _Loader.whole_number)
_Loader.add_constructor(f"{_PREFIX}float", _Loader.real_number)


def read(path: Path) -> dict[str, object]:
    """Return the mapping in a YAML (or JSON) file; raises InputError that names file and line."""
    name = printable(str(path))
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            what = "a folder" if path.is_dir() else "a pipe or a device"
            raise InputError(f"{name}: is {what}, and should be a YAML file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise InputError(f"{name}: has more than {MAX_BYTES:,} bytes, too many for a config")
        return parse(content.decode("utf-8-sig"), name)
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise InputError(f"{name}: is not UTF-8 text: {error.reason}") from None
        raise InputError(f"{name}: cannot be read: {_words_of(error)}") from None


def parse(text: str, name: str) -> dict[str, object]:
    """Return the mapping in a YAML text; errors begin with `name`."""
    data = value(text, name)
    if not isinstance(data, dict):
        raise InputError(f"{name}: should be a mapping of keys to values, as in config/README.md")
    if "__use_yte__" in data:
        raise InputError(f"{name}: __use_yte__ is refused: a config is data, not a program")
    return data


def value(text: str, name: str) -> object:
    """Return the value of a YAML text: a mapping, list, number, text, true, false or null."""
    try:
        mistakes = list(_tags(text))
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        mistakes += _duplicates(root)
        if mistakes:
            rest = len(mistakes) - _MOST_MISTAKES
            lines = [f"{name}, {mistake}" for mistake in mistakes[:_MOST_MISTAKES]]
            raise InputError("\n".join([*lines, *([f"... and {rest} more"] if rest > 0 else [])]))
        _measure(root, {}, name)
        return loader.construct_document(root)
    except yaml.YAMLError as error:
        raise InputError(f"{name}{_reason(error)}") from None
    except RecursionError:
        raise InputError(
            f"{name}: cannot be read as YAML: it is nested more than {MAX_DEPTH} levels deep"
        ) from None
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{name}: cannot be read as YAML: {one_line(error)}") from None


def scalar(text: str) -> object:
    """Return the value of a YAML word: a number, true, false, null, or else the word itself."""
    loader = _Loader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return loader.construct_object(yaml.ScalarNode(tag, text), deep=True)


def _words_of(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or one_line(error))


def _tags(text: str) -> Iterator[str]:
    """Yield mistakes for tags; raises RecursionError for deep nesting before building objects."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise RecursionError
        tag, mark = getattr(event, "tag", None), event.start_mark
        if tag is not None and mark is not None:
            refused = printable(shortened(tag))
            yield f"line {mark.line + 1}: the tag {refused} is refused; write plain values"


def _duplicates(root: yaml.Node) -> Iterator[str]:
    queue, seen = [root], set()
    while queue:
        node = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        keys: set[tuple[str, str]] = set()
        for key, item in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in keys:
                    line = key.start_mark.line + 1
                    yield f"line {line}: the key {shown(key.value)} is there twice"
                keys.add((key.tag, key.value))
            queue.append(item)
        if isinstance(node, yaml.SequenceNode):
            queue.extend(node.value)


def _measure(node: yaml.Node | None, sizes: dict[int, int], name: str) -> int:
    """Return the number of values of a node, with aliases expanded; refuses cycles and too many."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise InputError(f"{name}: an alias contains itself")
        return sizes[id(node)]
    sizes[id(node)] = 0  # it is being measured
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
    return f"{where}: {one_line(problem)}"
