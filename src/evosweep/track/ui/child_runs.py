"""Show all runs of a configuration on its page, instead of MLflow's ten at a time.

If a configuration with 20 runs shows only 10, the others seem to be lost. So the app recognises the
page's request, and widens it.
"""

import json
from collections.abc import Iterable

from evosweep.track.ui.guard import Message, Receive

_PATH = "/mlflow/runs/search"
_OF_A_PARENT = "tags.`mlflow.parentRunId` ="
_ASKED, _GIVEN = 10, 1000
_LONGEST = 2**16


def is_search(scope: Message) -> bool:
    """Return True if a request searches runs."""
    return scope.get("method") == "POST" and str(scope.get("path", "")).endswith(_PATH)


async def widened(scope: Message, receive: Receive) -> tuple[Message, Receive]:
    """Return the request, widened to all child runs if it asks for the first ten."""
    messages: list[Message] = []
    body = b""
    while True:
        messages.append(await receive())
        part = messages[-1].get("body", b"")
        body += part if isinstance(part, bytes) else b""
        if not messages[-1].get("more_body") or len(body) > _LONGEST:
            break
    changed = None if messages[-1].get("more_body") else _changed(body)
    if changed is not None:
        scope = {**scope, "headers": _with_length(scope.get("headers"), len(changed))}
        messages = [{"type": "http.request", "body": changed, "more_body": False}]

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return scope, again


def _changed(body: bytes) -> bytes | None:
    try:
        query = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(query, dict) or query.get("max_results") != _ASKED:
        return None
    if not str(query.get("filter", "")).startswith(_OF_A_PARENT):
        return None
    return json.dumps(query | {"max_results": _GIVEN}).encode()


def _with_length(headers: object, length: int) -> list[tuple[bytes, bytes]]:
    pairs = headers if isinstance(headers, Iterable) else ()
    kept = [(name, value) for name, value in pairs if name.lower() != b"content-length"]
    return [*kept, (b"content-length", str(length).encode())]
