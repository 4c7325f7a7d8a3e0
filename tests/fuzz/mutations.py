"""Other inputs from an input: a value within a document, or some of its bytes.

Text formats are changed as trees too: one place of a document gets a value that readers stumble
over. A mutation of bytes alone would rarely be JSON again.
"""

import json
import random
import struct
from collections.abc import Callable

MOST = 2**16
"""Bytes of an input."""
NUMBERS: tuple[object, ...] = (
    0, -1, True, 2**31, 2**53 + 1, 2**63, -(2**63), 2**64, 10**400, -0.0, 1e308, 5e-324,
    float("inf"), float("nan"), 0.1,
)  # fmt: skip
TEXTS: tuple[object, ...] = (
    "", " ", ".", "..", "../..", "/etc/passwd", "a\nb", "a\0b", "\ud800", "\x1b[2J", "²", "½",
    "NaN", "inf", "1_000", "-", "--help", "=cmd|' /C calc'!A0", "<script>", "${HOME}", "%s{}",
    "os:system", "builtins:exec", "x" * 5000, "0" * 5000, "9" * 5000, "\u202e", "2026-01-01",
    "0000-00-00T99:99", "slots=99999999999", "file:///etc/passwd", "http://a:b@c/", "@/dev/zero",
)  # fmt: skip
SHAPES: tuple[object, ...] = (None, [], {}, [[]], {"": None}, [None] * 300, {"a": {"a": {}}})
SNIPPETS: tuple[bytes, ...] = (
    b"\0", b"\n", b"\r", b"\xff", b"\xff\x00\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\x85",
    b"[" * 2000, b"{\"a\":" * 1500, b"(" * 500, b"-" * 3000, b"9" * 5000, b"0x" + b"f" * 5000,
    b"&a [*a]", b"&a [*b, *b]", b"<<: *a", b"!!python/object:os.system x", b"? ", b"- ", b": ",
    b"%YAML 1.1\n", b"---\n", b"|2+\n", b"1e999", b"NaN", b"Infinity", b"null", b"\"\\ud800\"",
    b"1:30", b"0o17", b"\\", b"'", b"\"", b"#", b",", b"* ", b"slots=4", b"\xb2", "²".encode(),
    b"EVOSWJNL", b"\xe5EVO", b"PAR1", b"SQLite format 3\0", struct.pack("<I", 2**32 - 1),
    struct.pack("<d", float("nan")), struct.pack("<q", 2**63 - 1), struct.pack("<q", -1),
)  # fmt: skip


def mutated(data: bytes, seed: int, most: int = MOST) -> bytes:
    """Return an input that differs from `data`, the same for the same seed."""
    draw = random.Random(seed)
    document = _lines_of_json(data) if draw.random() < 0.7 else None
    if document is not None:
        return _other_document(document, draw)[:most]
    for _ in range(draw.choice((1, 1, 2, 4, 8))):
        data = draw.choice(_CHANGES)(data, draw)
    return data[:most]


def _lines_of_json(data: bytes) -> list[object] | None:
    """Return the document of each line, or the one of the whole; None if there is none."""
    for parts in (data.splitlines(), [data]):
        try:
            return [json.loads(part) for part in parts] or None
        except (ValueError, RecursionError):
            continue
    return None


def _other_document(lines: list[object], draw: random.Random) -> bytes:
    place = draw.randrange(len(lines))
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        lines[place] = _changed(lines[place], draw)
    if draw.random() < 0.1:
        lines.insert(place, draw.choice((*SHAPES, *NUMBERS, *TEXTS)))
    try:
        texts = [json.dumps(line, ensure_ascii=draw.random() < 0.8) for line in lines]
    except (RecursionError, ValueError):
        return b"[" * 3000
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def _changed(value: object, draw: random.Random, depth: int = 0) -> object:
    """Return a document with another value at one place; most places lie deep."""
    if isinstance(value, dict | list) and value and draw.random() < 0.85 and depth < 40:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = draw.choice(keys)
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[key] = _changed(copy[key], draw, depth + 1)  # type: ignore[index]
        return copy
    return _instead(value, draw)


def _instead(value: object, draw: random.Random) -> object:
    what = draw.random()
    if what < 0.25:
        return draw.choice(NUMBERS)
    if what < 0.5:
        return draw.choice(TEXTS)
    if what < 0.65:
        return draw.choice(SHAPES)
    if what < 0.75:
        return _nested(draw)
    if isinstance(value, dict):
        copy = dict(value)
        if copy and draw.random() < 0.5:
            copy.pop(draw.choice(list(copy)))
        else:
            copy[str(draw.choice(TEXTS))] = draw.choice((*NUMBERS, *TEXTS, *SHAPES))
        return copy
    return [value] * draw.randrange(4)


def _nested(draw: random.Random) -> object:
    value: object = None
    for _ in range(draw.choice((10, 60, 150, 400))):
        value = {"a": value} if draw.random() < 0.3 else [value]
    return value


def _flip(data: bytes, draw: random.Random) -> bytes:
    if not data:
        return b"\0"
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def _put(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    over = draw.choice((0, 0, 1, 4, 8))
    return data[:at] + draw.choice(SNIPPETS) + data[at + over :]


def _cut(data: bytes, draw: random.Random) -> bytes:
    at, length = draw.randrange(len(data) + 1), draw.choice((1, 4, 20, 1000))
    return data[:at] + data[at + length :]


def _copy(data: bytes, draw: random.Random) -> bytes:
    start, at = draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)
    part = data[start : start + draw.choice((1, 4, 20, 200))]
    return data[:at] + part * draw.choice((1, 1, 2, 50)) + data[at:]


def _number(data: bytes, draw: random.Random) -> bytes:
    """Replace some bytes by a number of the same width, as lengths and counts are."""
    width, kind = draw.choice(((1, "<B"), (2, "<H"), (4, "<I"), (8, "<Q")))
    at = draw.randrange(len(data) + 1)
    most = 2 ** (8 * width) - 1
    value = draw.choice((0, 1, most, most // 2, most // 2 + 1, draw.randrange(most)))
    return data[:at] + struct.pack(kind, value) + data[at + width :]


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _flip, _put, _put, _cut, _copy, _number,
)  # fmt: skip
