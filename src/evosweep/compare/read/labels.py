"""Make short labels of configurations: their name, and only the parameters that differ.

An identity contains all that decides a result: the function, its parameters with their types, its
options and the digest of its code. A label is for people. Each identity has exactly one label, so
that tables may group by either.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from evosweep.config.spec import BackendSpec
from evosweep.errors import printable

LONGEST = 120  # most characters of a label
ABSENT = object()  # for a parameter that only a namesake sets


def natural(text: str) -> list[tuple[float, str]]:
    """Return a sort key by which `x=9` comes before `x=10`."""
    parts = re.split(r"(\d+(?:\.\d+)?)", text)
    return [(float(part), "") if place % 2 else (-1.0, part) for place, part in enumerate(parts)]


def by_name(key: Sequence[str]) -> list[list[tuple[float, str]]]:
    """Return a sort key for a tuple of labels."""
    return [natural(text) for text in key]


def identity(part: Mapping[str, object], source: str = "") -> str:
    """Return the canonical text of a problem, an algorithm or a backend, without the user's label.

    The hosts of a backend's workers do not matter.
    """
    nameless = {"compare", *BackendSpec.nameless}
    facts = {key: value for key, value in part.items() if key not in nameless}
    return json.dumps({**facts, "source": source}, sort_keys=True, separators=(",", ":"))


def compared(
    problem: Mapping[str, object], algorithm: Mapping[str, object]
) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Return problem and algorithm for the comparison: `compare` parameters join the algorithm.

    If the algorithm has a parameter of the same name, the problem's is called `problem.NAME`.
    """
    names = problem.get("compare")
    params, theirs = _params(problem), _params(algorithm)
    if not isinstance(names, list) or not (moved := [name for name in names if name in params]):
        return problem, algorithm
    added = {f"problem.{name}" if name in theirs else name: params[name] for name in moved}
    kept = {name: value for name, value in params.items() if name not in moved}
    return {**problem, "params": kept}, {**algorithm, "params": {**theirs, **added}}


def _params(part: Mapping[str, object]) -> dict[str, object]:
    params = part.get("params")
    return dict(params) if isinstance(params, Mapping) else {}


def label_all(names: Mapping[str, str]) -> dict[str, str]:
    """Return a label for each identity: its name, then `(key=value)` for differing parameters.

    A parameter with the same value in all namesakes is left out. Different code appears as `code=`
    and the first six digits of its digest. `names` has the user's name of each identity; if it is
    empty, the function's own name is used.
    """
    groups: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
    for text in sorted(names):
        part = json.loads(text)
        name = printable(names[text] or str(part.get("use") or "?"))
        groups[name][text] = facts_of(part)
    labels: dict[str, str] = {}
    for name, members in groups.items():
        labels |= _label_namesakes(name, members)
    return _told_apart({text: shorten(label) for text, label in labels.items()})


def shorten(label: str) -> str:
    """Return a label that fits into a page and a plot, for any values of parameters."""
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def facts_of(part: Mapping[str, object]) -> dict[str, object]:
    """Return the facts that may differ between namesakes: parameters, options, function, code."""
    facts = _params(part)
    facts |= {key: value for key, value in part.items() if key not in ("params", "source")}
    return {**facts, "code": str(part.get("source", ""))[:6]}


def varying(members: Iterable[Mapping[str, object]]) -> list[str]:
    """Return the keys whose values differ, in value or type, between members."""
    all_facts = list(members)
    keys = dict.fromkeys(key for facts in all_facts for key in facts)
    return [key for key in keys if len({_exact(facts.get(key, ABSENT)) for facts in all_facts}) > 1]


def _label_namesakes(name: str, members: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    columns = {}
    for key in varying(members.values()):
        values = [facts.get(key, ABSENT) for facts in members.values()]
        columns[key] = _shown(values)
    rows = {
        text: ",".join(f"{printable(key)}={shown[place]}" for key, shown in columns.items())
        for place, text in enumerate(members)
    }
    return {text: f"{name}({row})" if row else name for text, row in rows.items()}


def _shown(values: Sequence[object]) -> list[str]:
    """Return readable values, or JSON if two different values would look alike."""
    exact = [_exact(value) for value in values]
    short = [_short(value) for value in values]
    return short if len(set(short)) == len(set(exact)) else exact


def _short(value: object) -> str:
    if isinstance(value, float):
        text = f"{value:g}"
        return text if float(text) == value else repr(value)
    return printable(value) if isinstance(value, str) else _exact(value)


def _exact(value: object) -> str:
    if value is ABSENT:
        return "default"
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels; equal ones get six digits of their identities' digests."""
    groups: dict[str, list[str]] = defaultdict(list)
    for text, label in labels.items():
        groups[label].append(text)
    return {
        text: label if len(groups[label]) == 1 else f"{label} #{_digest(text)}"
        for text, label in labels.items()
    }


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:6]


def unique_stems(labels: Iterable[str]) -> dict[str, str]:
    """Return the file stem of each label: letters, digits and `._-`, at most 80 characters.

    Stems that are equal, without regard to case, and shortened stems get six digits of the label's
    digest.
    """
    stems = {label: _stem(label) for label in labels}
    seen: dict[str, int] = defaultdict(int)
    for stem in stems.values():
        seen[stem.casefold()] += 1
    return {
        label: stem if seen[stem.casefold()] == 1 and len(stem) <= 80 else _suffixed(stem, label)
        for label, stem in stems.items()
    }


def _stem(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip("-.") or "unnamed"


def _suffixed(stem: str, label: str) -> str:
    return f"{stem[:73]}-{_digest(label)}"
