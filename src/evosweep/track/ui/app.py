"""MLflow's app for `evosweep ui`: it opens with experiments, and has no assistant.

MLflow itself opens with its pages for language models, and an assistant. The assistant's interface
runs programs on the server's machine for everybody who can reach it there: on a shared machine, for
all users. `mlflow server` finds this app by the entry point `mlflow.app` in pyproject.toml.
"""

import json
from functools import cache
from pathlib import Path
from typing import cast

from evosweep.track.ui.child_runs import is_search, widened
from evosweep.track.ui.guard import Application, Guard, Message, Receive, Send, answer, refuse

_ASSISTANT = "/ajax-api/3.0/mlflow/assistant"
_FIRST_VISIT = {  # of a browser; what its user chooses later stays
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
}


async def _pages(scope: Message, receive: Receive, send: Send) -> None:
    """Serve MLflow's pages, except the first one and the assistant."""
    path = str(scope.get("path", ""))
    if path.startswith(_ASSISTANT):
        await refuse(scope, send, 404, b"evosweep ui has no assistant\n")
    elif path == "/" and scope.get("method") == "GET":
        await answer(send, 200, "text/html; charset=utf-8", _first_page())
    else:
        if is_search(scope):
            scope, receive = await widened(scope, receive)
        await _mlflow()(scope, receive, send)


app = Guard(_pages)


@cache
def _mlflow() -> Application:
    from mlflow.server.fastapi_app import app as mlflow

    return cast("Application", mlflow)


@cache
def _first_page() -> bytes:
    """Return MLflow's page with our script and style before its own."""
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
