"""Ask a server within bounds: only its own origin, and limited bytes, seconds and pages.

The data comes from strangers who run the server or have written to it. A run may name any host or
file as the place of its artifacts, an answer may never end, and a list may have no last page. The
account in the environment is for this server alone, so that no other host is ever asked.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlsplit

from evosweep.errors import InputError, shown, without_password
from evosweep.files import strict_json
from evosweep.track.store.address import Address
from evosweep.track.store.patience import Answered, Refused, Unreachable, persist
from evosweep.track.store.quiet import import_mlflow

LARGEST_ANSWER = 2**26
PAGES = 10_000
SECONDS = 600.0
"""Most seconds of one answer, from the first byte sent to the last byte received."""
_CHUNK = 2**16
_PROXIED = "/api/2.0/mlflow-artifacts/artifacts"
Result = TypeVar("Result")


class Remote:
    """An MLflow server, read only."""

    def __init__(self, address: Address) -> None:
        import_mlflow()
        self.address = address

    def ask(self, endpoint: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Call MLflow's REST interface, by POST with a body, else by GET; returns the answer.

        Raises
        ------
        Unreachable
            If the server stays silent, slow or failing for as long as patience lasts.
        InputError
            If it refuses, or its answer is too long or no JSON object.
        """
        content = persist(lambda: self._content(endpoint, body), self.address.shown)
        try:
            answer = strict_json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise InputError(f"{self.address.shown}: its answer to {endpoint} is no JSON object")
        return answer

    def download(self, location: str, name: str, target: BinaryIO, limit: int) -> None:
        """Copy the artifact `name` of a run at `location` into the empty file `target`; raises as
        `ask`."""
        endpoint = f"{_PROXIED}/{quote(self._path(location))}/{quote(name)}"

        def step() -> None:
            target.seek(0)
            target.truncate()
            self._receive(endpoint, None, target.write, limit)

        persist(step, self.address.shown)

    def _path(self, location: str) -> str:
        """Return the path of an artifact location on the server; refuses all other places."""
        path = served_path(self.address, location)
        if path is None:
            raise InputError(
                f"{self.address.shown}: a run's artifacts lie in {shown_place(location)}, "
                "and only those that the server itself serves are pulled"
            )
        return path

    def _content(self, endpoint: str, body: Mapping[str, object] | None) -> bytes:
        content = bytearray()
        self._receive(endpoint, body, content.extend, LARGEST_ANSWER)
        return bytes(content)

    def _receive(
        self,
        endpoint: str,
        body: Mapping[str, object] | None,
        take: Callable[[bytes], object],
        limit: int,
    ) -> None:
        over = threading.Event()

        def step() -> None:
            with self._open(endpoint, body) as response:
                left = limit
                for chunk in response.iter_content(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise Refused(
                            f"{self.address.shown}: {endpoint} has more than {limit} bytes"
                        )
                    if over.is_set():
                        return
                    take(chunk)

        try:
            within(SECONDS, step)
        except TimeoutError:
            over.set()
            raise Unreachable(
                f"{self.address.shown}: {endpoint} was not complete after {SECONDS:g} s"
            ) from None

    def _open(self, endpoint: str, body: Mapping[str, object] | None) -> Any:
        from mlflow.tracking._tracking_service import utils
        from mlflow.utils import rest_utils

        http_request: Any = rest_utils.http_request
        store: Any = utils._get_store
        response = http_request(
            store(self.address.uri).get_host_creds(),
            endpoint,
            "GET" if body is None else "POST",
            raise_on_status=False,
            stream=True,
            allow_redirects=False,
            extra_headers={"Accept-Encoding": "identity"},
            **({} if body is None else {"json": body}),
        )
        if response.status_code == 200:
            return response
        with response:
            text = response.raw.read(2000).decode(errors="replace")
        raise Answered(response.status_code, text)


def served_path(address: Address, location: str) -> str | None:
    """Return the path of an artifact location on the server at `address`; None if it is not
    there."""
    try:
        parts = urlsplit(location)
    except ValueError:  # an address that is none
        return None
    own, path = urlsplit(address.uri), parts.path
    if parts.scheme == own.scheme and path.startswith(f"{_PROXIED}/"):
        here = _origin(parts.netloc) == _origin(own.netloc)
        path = path.removeprefix(_PROXIED)
    else:
        here = parts.scheme == "mlflow-artifacts"
        here = here and _origin(parts.netloc) in ("", _origin(own.netloc))
    return path.strip("/") if here and ".." not in path.split("/") else None


def shown_place(location: str) -> str:
    """Return an artifact location for a message: short, in quotes, and without a password."""
    return shown(without_password(location))


def _origin(place: str) -> str:
    return place.rpartition("@")[2].lower()


def within(seconds: float, step: Callable[[], None]) -> None:
    """Run `step`; raises TimeoutError when it takes too long.

    It runs in a thread, since a server that sends its headers byte by byte resets every other
    clock. A step that is given up ends with the process.
    """
    errors: list[BaseException] = []

    def run() -> None:
        try:
            step()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if errors:
        raise errors[0]
