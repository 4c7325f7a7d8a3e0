"""MLflow's app as `evosweep ui` serves it: opened for experiments, and without the assistant.

MLflow opens on its pages for language models, over which an assistant pops up. The assistant's
interface runs programs on the server's machine for everybody who reaches it from there, and on a
machine that is shared that is every user of it. `mlflow server` finds this app by the entry point
`mlflow.app` in pyproject.toml.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

_Message = MutableMapping[str, Any]
_Send = Callable[[_Message], Awaitable[None]]
_Receive = Callable[[], Awaitable[_Message]]

_ASSISTANT = "/ajax-api/3.0/mlflow/assistant"
_FIRST_VISIT = {  # of a browser; what its user chooses later stays
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
}


class App:
    """An ASGI application before MLflow's."""

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        path = scope.get("path", "")
        if path.startswith(_ASSISTANT):
            await _answer(send, 404, "text/plain", b"evosweep ui has no assistant")
        elif path == "/" and scope.get("method") == "GET":
            await _answer(send, 200, "text/html; charset=utf-8", _first_page())
        else:
            await _mlflow()(scope, receive, send)


app = App()


@cache
def _mlflow() -> Any:
    from mlflow.server.fastapi_app import app as mlflow

    return mlflow


@cache
def _first_page() -> bytes:
    """MLflow's page with a script and a style before its own."""
    import mlflow.server

    page = Path(str(mlflow.server.app.static_folder), "index.html").read_text(encoding="utf-8")
    chosen = {key: json.dumps(value) for key, value in _FIRST_VISIT.items()}
    script = (
        f"for (const [key, value] of Object.entries({json.dumps(chosen)})) "
        "if (localStorage.getItem(key) === null) localStorage.setItem(key, value);"
    )
    style = "[data-assistant-ui] { display: none !important }"  # its button would open nothing
    before = f"<head><script>{script}</script><style>{style}</style>"
    return page.replace("<head>", before, 1).encode()


async def _answer(send: _Send, status: int, kind: str, body: bytes) -> None:
    headers = {
        "content-type": kind,
        "content-length": str(len(body)),
        "cache-control": "no-cache",
        "x-frame-options": "SAMEORIGIN",
        "x-content-type-options": "nosniff",
    }
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
