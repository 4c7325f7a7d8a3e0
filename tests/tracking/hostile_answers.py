"""Answers of a server that means harm, by a seed: what `pull` and `track` may meet on a network.

A real HTTP server answers each request with what MLflow would say, with that in another shape, or
with something else altogether: sizes, pages, redirects, slow drips, bombs. Each is drawn anew.
"""

import gzip
import json
import random
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).parents[1] / "fuzz"))

import documents
import mutations

RUN_ID = "0123456789ab"
MLFLOW_ID = "c" * 32
Handler = BaseHTTPRequestHandler
Drawn = random.Random

NAMES = (
    "../../x", "/tmp/x", "a\0b", "x" * 300, "..", "", ".", "a/b", "%2e%2e", "\x1b[2J", "é" * 200,
    "0123456789ab/..", "con\n", "-rf", "~", "study\u202e", "0123456789AB",
)  # fmt: skip
LOCATIONS = (
    "file:///{home}", "{home}", "mlflow-artifacts:/1/../../{home}", "mlflow-artifacts://other/1",
    "mlflow-artifacts:/\0", "mlflow-artifacts:/" + "x" * 300, "http://127.0.0.1:9/x", "file://[",
    "dbfs:/x", "ftp://127.0.0.1:9/x", "", "mlflow-artifacts:/1/%2e%2e/%2e%2e", "runs:/x", "{home}/",
)  # fmt: skip
STATUS = ("FINISHED", "FAILED", "RUNNING")
_FOREVER = 10**9


def right(path: str, draw: Drawn, home: Path) -> object:
    """What MLflow would say, with names and places that are not always right."""
    name = "study" if draw.random() < 0.7 else draw.choice(NAMES)
    run_id = RUN_ID if draw.random() < 0.7 else draw.choice(NAMES)
    location = f"mlflow-artifacts:/1/{MLFLOW_ID}/artifacts"
    if draw.random() < 0.4:
        location = draw.choice(LOCATIONS).replace("{home}", str(home))
    token = "again" if draw.random() < 0.2 else ""
    return said(path, Named(name, run_id, location, status=draw.choice(STATUS), token=token))


class Named(NamedTuple):
    """What a server names in its answers."""

    experiment: str = "study"
    run_id: str = RUN_ID
    location: str = f"mlflow-artifacts:/1/{MLFLOW_ID}/artifacts"
    status: str = "RUNNING"
    token: str = ""


def said(path: str, named: Named) -> object:
    name, run_id, location, status, token = named
    tags = [{"key": "kind", "value": "run"}, {"key": "run_id", "value": run_id},
            {"key": "folder", "value": run_id}]  # fmt: skip
    info = {"run_id": MLFLOW_ID, "status": status,
            "artifact_uri": location, "experiment_id": "1", "start_time": 1}  # fmt: skip
    run = {"info": info, "data": {"tags": tags}}
    experiment = {"name": name, "experiment_id": "1", "artifact_location": location,
                  "tags": [{"key": "evosweep", "value": "experiment"}]}  # fmt: skip
    if path.endswith("experiments/search"):
        return {"experiments": [experiment], "next_page_token": token}
    if path.endswith("runs/search"):
        return {"runs": [run], "next_page_token": token}
    if "experiments/get" in path:
        return {"experiment": experiment}
    if "metrics/get-history" in path:
        return {"metrics": [{"key": "x", "value": 1, "step": 1}], "next_page_token": token}
    if "/artifacts/" in path:
        return documents.record(run_id=RUN_ID)
    return {"run": run, "experiment_id": "1", "run_info": info}


def send(handler: Handler, body: bytes, status: int = 200, **headers: str) -> None:
    """Answer as a server should, with these headers."""
    handler.send_response(status)
    for key, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(key.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def _rightly(handler: Handler, body: bytes, _: Drawn) -> None:
    """As MLflow would, with the names and places of `right`."""
    send(handler, body)


def _changed(handler: Handler, body: bytes, draw: Drawn) -> None:
    """One value of another type or size, at any depth."""
    send(handler, mutations.mutated(body, draw.randrange(2**32)))


def _nested(handler: Handler, _: bytes, draw: Drawn) -> None:
    send(handler, draw.choice((b"[", b'{"run":', b'{"a":[')) * 10_000)


def _of_other_types(handler: Handler, _: bytes, draw: Drawn) -> None:
    send(handler, draw.choice((b"[]", b"null", b"3", b'"x"', b'{"run": 3}', b'{"runs": {}}', b"",
                               b'{"experiment": []}', b'{"run": {"info": []}}', b"\xff\xfe",
                               b'{"error_code": {}}', b"1" * 6000)))  # fmt: skip


def _redirected(handler: Handler, _: bytes, draw: Drawn) -> None:
    host = handler.headers.get("Host", "")
    elsewhere = draw.choice((f"http://{host}{handler.path}", "http://127.0.0.1:9/", "file:///etc",
                             "//", f"http://{host}/elsewhere"))  # fmt: skip
    send(handler, b"", draw.choice((301, 302, 303, 307, 308)), Location=elsewhere)


def _bomb(handler: Handler, _: bytes, draw: Drawn) -> None:
    """A gigabyte that comes as a megabyte, asked for or not."""
    packed = gzip.compress(b" " * 2**24)
    body = packed * (16 if draw.random() < 0.5 else 1)
    send(handler, body, Content_Encoding=draw.choice(("gzip", "deflate", "br")))


def _endless(handler: Handler, _: bytes, draw: Drawn) -> None:
    handler.send_response(200)
    handler.end_headers()
    piece = draw.choice((b" " * 2**20, b"[" * 2**20, b"x" * 2**16))
    for _number in range(_FOREVER):
        handler.wfile.write(piece)


def _dripping(handler: Handler, body: bytes, draw: Drawn) -> None:
    """A byte now and then, of the headers or of the body."""
    handler.send_response(200)
    in_headers = draw.random() < 0.5
    if in_headers:
        handler.flush_headers()
    else:
        handler.end_headers()
    for number in range(_FOREVER):
        handler.wfile.write(b"X-A: b\r\n" if in_headers else body[number : number + 1] or b" ")
        time.sleep(0.05)


def _lying(handler: Handler, body: bytes, draw: Drawn) -> None:
    """A length that is none, or another one than what comes."""
    length = draw.choice(("-1", "x", "0", str(2**70), str(len(body) + 100), str(len(body) // 2)))
    send(handler, body, Content_Length=length)


def _refusing(handler: Handler, body: bytes, draw: Drawn) -> None:
    """An error of every kind, told at length, with a wish to wait for ever."""
    status = draw.choice((100, 204, 400, 401, 403, 404, 418, 429, 500, 503, 599, 999))
    text = draw.choice((body, b"x" * 2**20, b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}',
                        b"\x1b[2J", b'{"error_code": 3, "message": []}'))  # fmt: skip
    send(handler, text, status, Retry_After="1000000000")


def _no_http(handler: Handler, _: bytes, draw: Drawn) -> None:
    handler.wfile.write(draw.choice((b"", b"\0" * 100, b"HTTP/9 200\r\n\r\n", b"x" * 70_000,
                                     b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 2000)))  # fmt: skip


def _chunked(handler: Handler, body: bytes, draw: Drawn) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    size = draw.choice((b"-1", b"zz", b"f" * 20, b"%x" % len(body)))
    handler.wfile.write(size + b"\r\n" + body + b"\r\n0\r\n\r\n")


Answer = Callable[[Handler, bytes, Drawn], None]
QUICK: tuple[Answer, ...] = (
    _rightly, _changed, _nested, _of_other_types, _redirected, _bomb, _lying, _refusing, _no_http,
    _chunked,
)  # fmt: skip
SLOW: tuple[Answer, ...] = (_endless, _dripping)
"""Those end only at a bound."""


class Harm:
    """A server that answers by a seed: rightly for a while, then by one kind of harm."""

    def __init__(self, seed: int, harm: Answer, home: Path) -> None:
        self.draw, self.harm, self.home = random.Random(seed), harm, home
        self.rightly = self.draw.choice((0, 0, 1, 1, 2, 3, 5, 8, 13, 21))
        self.asked: list[str] = []

    def answer(self, handler: Handler) -> None:
        """Answer one request."""
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.asked.append(handler.path)
        path = handler.path.partition("?")[0]
        said: Any = right(path, self.draw, self.home)
        body = json.dumps(said).encode()
        is_harmed = len(self.asked) > self.rightly and self.draw.random() < 0.8
        (self.harm if is_harmed else _rightly)(handler, body, self.draw)


def naming(named: Named) -> Callable[[Handler], None]:
    """A server that answers as it should, and names these things."""

    def answer(handler: Handler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        send(handler, json.dumps(said(handler.path.partition("?")[0], named)).encode())

    return answer
