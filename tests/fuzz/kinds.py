"""Hostile contents by kind: configs, receipts, journals, Parquet files, answers of servers.

Each generator returns the bytes of one file for a seed. All readers get all of them
(`test_every_kind.py`), also those of other kinds: whoever sends a file chooses what is in it.
"""

import io
import json
import random
import struct
from collections.abc import Callable
from functools import cache

import documents
import mutations
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import seeds

from evosweep.records import journal_frames
from evosweep.records.journal_entry import Entry, pack

MILLION = 10**6


def _aliases(draw: random.Random) -> bytes:
    """A bomb: each of these lists has ten of the one before."""
    depth = draw.choice((9, 12, 30))
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, depth)]
    return "\n".join([*lines, f"experiment: *a{depth - 1}"]).encode()


def _merged(draw: random.Random) -> bytes:
    """A bomb of merge keys."""
    depth = draw.choice((10, 25))
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: v}}" for n in range(1, depth)]
    return "\n".join(lines).encode()


_LINES: tuple[bytes, ...] = (
    b"&a [*a, *a]", b"a: &a\n  b: *a", b"!!python/object/apply:os.system [id]", b"? {a: b}\n: c",
    b"a: !!binary " + b"A" * MILLION, b"[" * 5000, b"{a: " * 3000, b"- " * 5000, b"a:\n" * 3000,
    b"a: 0x" + b"f" * 6000, b"a: 1e" + b"9" * 6000, b"a: " + b"9" * 6000, b"a: 1_0_0",
    b"<<: [1, 2]", b"a: 1\na: 2", b"--- a\n--- b", b"%TAG ! tag:x,2000:\n--- !a b",
    b"\xff\xfe\0a", b"a: |\n" + b" x\n" * 10_000, b"\tkey: 1", b"a: .inf\nb: .nan",
    b"a: 12:30:45", b"a" * MILLION, b"'" + b"''" * 10_000, b'"\\U00110000"', b'"\\ud800"',
    b"a: 2001-99-99", b"\0" * 5000,
)  # fmt: skip


def _yaml(draw: random.Random) -> bytes:
    """A line of YAML that other parsers take for code, for itself, or for a number."""
    return draw.choice(_LINES)


def config(seed: int) -> bytes:
    """A config, a profile or any other YAML."""
    draw = random.Random(seed)
    return draw.choice((_aliases, _merged, _yaml, _yaml))(draw)


def receipt(seed: int) -> bytes:
    """A receipt, a failure or a look of which one value is none."""
    draw = random.Random(seed)
    of = draw.choice((documents.record, documents.failure))
    document = json.dumps(of(run_id=seeds.RUN_ID))
    return mutations.mutated(document.encode(), seed)


def _entry(draw: random.Random) -> bytes:
    fitnesses = np.array([[1.0], [2.0]])
    packed = bytearray(pack(Entry(0, np.array([0, 1]), fitnesses, b"d" * 16, 0.1, 0.2)))
    for _ in range(draw.choice((0, 1, 2))):
        at = draw.randrange(len(packed))
        packed[at : at + 4] = struct.pack("<I", draw.choice((0, 1, 2**31, 2**32 - 1)))
    return bytes(packed)


def journal(seed: int) -> bytes:
    """A journal with lengths that lie, at their places or anywhere, with right checksums or not."""
    draw = random.Random(seed)
    frames = [journal_frames.frame(_entry(draw)) for _ in range(draw.choice((1, 2, 50)))]
    data = bytearray(journal_frames.header_of(seeds.RUN_ID) + b"".join(frames))
    for _ in range(draw.choice((0, 0, 1, 3))):
        at = draw.randrange(len(data))
        data[at : at + 4] = struct.pack("<I", draw.choice((0, 2**31 - 1, 2**31, 2**32 - 1)))
    return bytes(data[: draw.choice((len(data), len(data), draw.randrange(len(data))))])


@cache
def _table(name: str) -> bytes:
    tables = {
        "small": {"genome": [[1.0, 2.0]] * 4, "fitness_0": [1.0, 2.0, 3.0, 4.0], "rank": [0] * 4},
        "bomb": {"genome": pa.array([0] * MILLION, pa.int8())},
        "text": {"genome": pa.DictionaryArray.from_arrays([0] * 100_000, ["x" * 100_000])},
        "deep": {"genome": [[[[[[[[1]]]]]]]]},
        "names": {f"fitness_{n}": [1.0] for n in range(2000)},
        "rows": {"generation": list(range(10_000))},
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(tables[name]), sink)
    return sink.getvalue()


def parquet(seed: int) -> bytes:
    """A Parquet file that is far larger than it looks, or whose footer lies about its sizes."""
    draw = random.Random(seed)
    data = bytearray(
        _table(draw.choice(("small", "small", "bomb", "text", "deep", "names", "rows")))
    )
    length = struct.unpack("<I", data[-8:-4])[0]
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        at = len(data) - 8 - draw.randrange(1, length)
        data[at] = draw.choice(
            (0, 0x7F, 0x80, 0xFF, data[at] ^ 1, data[at] ^ 2, draw.randrange(256))
        )
    if draw.random() < 0.2:
        data[-8:-4] = struct.pack("<I", draw.choice((0, 2**31 - 1, 2**32 - 1, length * 2)))
    return bytes(data)


def server(seed: int) -> bytes:
    """An answer of a server, of another type, nested too deep, or huge."""
    draw = random.Random(seed)
    tags = [{"key": "kind", "value": "run"}]
    run = {"info": {"run_id": "c" * 32, "artifact_uri": "file:///"}, "data": {"tags": tags}}
    answer = {"runs": [run], "experiments": [{"name": "..", "tags": tags}], "next_page_token": "x"}
    whole = json.dumps(answer).encode()
    others = (b"[" * 10_000, b'{"run":' * 10_000, b"null", b"3", b"", b'"' + b"x" * MILLION + b'"')
    return mutations.mutated(whole, seed) if draw.random() < 0.6 else draw.choice(others)


KINDS: dict[str, Callable[[int], bytes]] = {
    "config": config, "receipt": receipt, "journal": journal, "parquet": parquet, "server": server,
}  # fmt: skip
"""The kinds of content; kinds of folders are in `tests/hostile.py`, of files in `things.py`."""
