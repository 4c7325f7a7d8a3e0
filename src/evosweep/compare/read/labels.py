"""Short names that tell configurations apart: the label, and only the parameters that differ."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def natural(text: str) -> list[tuple[float, str]]:
    """A sort key by which `x=9` comes before `x=10`."""
    parts = re.split(r"(\d+(?:\.\d+)?)", text)
    return [(float(part), "") if place % 2 else (-1.0, part) for place, part in enumerate(parts)]


def by_name(key: Sequence[str]) -> list[list[tuple[float, str]]]:
    """A sort key for a tuple of labels."""
    return [natural(text) for text in key]


def identity(part: Mapping[str, Any], source: str = "") -> str:
    """The canonical text of a problem or an algorithm: equal for two runs that share it."""
    return json.dumps({**part, "source": source}, sort_keys=True, separators=(",", ":"))


def label_all(identities: Iterable[str]) -> dict[str, str]:
    """A label for each identity: its name, then `(key=value)` for what differs among namesakes.

    A parameter that all namesakes share is left out; code that differs shows as `code=` and the
    first six digits of its digest.
    """
    groups: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for text in sorted(set(identities)):
        part = json.loads(text)
        groups[_name(part)].append((text, _facts(part)))
    labels: dict[str, str] = {}
    for name, members in groups.items():
        varying = _varying([facts for _, facts in members])
        for text, facts in members:
            chosen = ",".join(f"{key}={_show(facts.get(key))}" for key in varying)
            labels[text] = f"{name}({chosen})" if chosen else name
    return labels


def _name(part: Mapping[str, Any]) -> str:
    return str(part.get("name") or part.get("use") or "?")


def _facts(part: Mapping[str, Any]) -> dict[str, Any]:
    facts = dict(part.get("params") or {})
    ignored = {"name", "params", "source"}
    facts.update({key: value for key, value in part.items() if key not in ignored})
    facts["code"] = str(part.get("source", ""))[:6]
    return facts


def _varying(members: list[dict[str, Any]]) -> list[str]:
    keys = dict.fromkeys(key for facts in members for key in facts)
    return [key for key in keys if len({json.dumps(facts.get(key)) for facts in members}) > 1]


def _show(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return "default" if value is None else str(value)
