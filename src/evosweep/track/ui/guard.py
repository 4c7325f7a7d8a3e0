"""The guard of `evosweep ui`: it only admits users who have the printed address.

On a machine with several users, all of them can reach 127.0.0.1, and MLflow lets everybody read,
write and delete. So the printed address contains a secret, like Jupyter's. The first visit turns it
into a cookie; a program sends it as `Authorization: Bearer`. The guard also checks the `Host` of
every request, since a foreign page may use a name that resolves to 127.0.0.1.
"""

import hmac
import os
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from fnmatch import fnmatchcase
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

SECRET = "EVOSWEEP_UI_SECRET"
"""This variable passes the secret to the server's process; all users can read a command line."""
HOSTS = "MLFLOW_SERVER_ALLOWED_HOSTS"
LOCAL = ("127.0.0.1", "127.0.0.1:*", "localhost", "localhost:*", "[[]::1]", "[[]::1]:*")
"""Patterns of this machine's own names."""
_PARAMETER = "token"
_OPEN = "/health"  # says that the server is up, and nothing else
_LACKS_SECRET = (
    b"This is evosweep ui. Open the address that it printed, which ends in ?token=... or has it "
    b"before the #: it lets its own user in, and nobody else on this machine.\n"
)

Message = MutableMapping[str, object]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """An ASGI application that passes permitted requests on to `inner`."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        request = _Request(scope)
        if not is_allowed(request.header("host"), _patterns()):
            await refuse(scope, send, 403, b"evosweep ui: not a name of this server\n")
        elif request.path == _OPEN or _is_secret(request.secret):
            await self._inner(scope, receive, send)
        elif _is_secret(request.parameters.pop(_PARAMETER, "")):
            await _welcome(request, send)
        else:
            await refuse(scope, send, 401, _LACKS_SECRET)


class _Request:
    """The parts of a request that the guard checks."""

    def __init__(self, scope: Message) -> None:
        self.path = str(scope.get("path", ""))
        headers = scope.get("headers")
        pairs = headers if isinstance(headers, Iterable) else ()
        self._headers = [(bytes(name), bytes(value)) for name, value in pairs]
        query = scope.get("query_string")
        self.parameters = dict(
            parse_qsl(query.decode("latin-1") if isinstance(query, bytes) else "")
        )

    def header(self, name: str) -> str:
        """Return the header with this name; empty if there is none, or more than one."""
        values = [value for key, value in self._headers if key.lower() == name.encode()]
        return values[0].decode("latin-1") if len(values) == 1 else ""

    @property
    def secret(self) -> str:
        """The secret in the request: a cookie, or the account of a program."""
        kind, _, token = self.header("authorization").partition(" ")
        if kind.lower() == "bearer":
            return token.strip()
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(self.header("cookie"))
        except CookieError:
            return ""
        cookie = cookies.get(_cookie())
        return cookie.value if cookie else ""


def is_allowed(host: str, patterns: Iterable[str]) -> bool:
    """Return True if a request may name this host."""
    return bool(host) and any(fnmatchcase(host.lower(), pattern.lower()) for pattern in patterns)


def _patterns() -> list[str]:
    names = [name.strip() for name in os.environ.get(HOSTS, "").split(",") if name.strip()]
    return names or list(LOCAL)


def _is_secret(text: str) -> bool:
    secret = os.environ.get(SECRET, "")
    return bool(secret) and hmac.compare_digest(text.encode(), secret.encode())


def _cookie() -> str:
    """Return the cookie's name, different for each server: all ports of a host share cookies."""
    return f"evosweep-{sha256(os.environ.get(SECRET, '').encode()).hexdigest()[:8]}"


async def _welcome(request: _Request, send: Send) -> None:
    """Store the secret as a cookie, and remove it from the address."""
    query = f"?{urlencode(request.parameters)}" if request.parameters else ""
    place = f"/{request.path.lstrip('/')}{query}"
    cookie = f"{_cookie()}={os.environ.get(SECRET, '')}; Path=/; HttpOnly; SameSite=Lax"
    headers = {"location": place, "set-cookie": cookie}
    await answer(send, 303, "text/plain", b"", more=headers)


async def refuse(scope: Message, send: Send, status: int, text: bytes) -> None:
    """Refuse a request, over any kind of connection."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(send, status, "text/plain; charset=utf-8", text)


async def answer(
    send: Send, status: int, kind: str, body: bytes, more: MutableMapping[str, str] | None = None
) -> None:
    """Send a whole answer, which no other page may show in a frame."""
    headers = {
        "content-type": kind,
        "content-length": str(len(body)),
        "cache-control": "no-cache",
        "referrer-policy": "same-origin",
        "x-frame-options": "SAMEORIGIN",
        "x-content-type-options": "nosniff",
        **(more or {}),
    }
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
