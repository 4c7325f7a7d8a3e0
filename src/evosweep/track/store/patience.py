"""Retries of an unreachable or failing server, and the error after the last one."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from evosweep.errors import EvosweepError, InputError, without_password
from evosweep.machine.seconds import seconds_of

Result = TypeVar("Result")

_ATTEMPTS = 8
_LONGEST_WAIT = 8.0
SECONDS = 60.0
"""Seconds for which one step is retried, unless EVOSWEEP_TRACK_PATIENCE is set."""


class Unreachable(EvosweepError):
    """MLflow did not answer in time, or answered with an error of its own."""


class Refused(InputError):
    """MLflow refused a call; `status` is that of HTTP, if there is one."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class NoAccess(Refused):
    """The server did not accept the account; this concerns all experiments."""


class Answered(Exception):
    """An answer of a server with an error status."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(f"it answered {status}: {text}")


def persist(step: Callable[[], Result], shown: str) -> Result:
    """Call `step`, again and again with growing waits while the server fails; returns its value.

    Raises
    ------
    Unreachable
        When patience ends.
    Refused
        At once, if a retry cannot help.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

    retrying = Retrying(
        retry=retry_if_exception(is_transient),
        stop=stop_after_delay(patience()),
        wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_WAIT),
        reraise=True,
    )
    try:
        return retrying(step)
    except Exception as error:
        raise _in_one_line(error, shown) from error


def patience() -> float:
    """Return the seconds for which one step is repeated."""
    return seconds_of("EVOSWEEP_TRACK_PATIENCE", SECONDS)


def is_transient(error: BaseException) -> bool:
    """Return True if the same call may succeed later: the server is down, slow or busy."""
    kind = type(error)
    if isinstance(error, Answered):
        return error.status == 429 or error.status >= 500
    if kind.__module__.startswith("sqlalchemy") and kind.__name__ in _DATABASE_ERRORS:
        return True
    if kind.__module__.startswith("requests") or isinstance(error, ConnectionError):
        return _status_of(error) not in _REFUSALS
    if not kind.__module__.startswith("mlflow"):
        return False
    if match := _STATUS_IN_WORDS.search(str(error)):
        return int(match[1]) not in _REFUSALS
    return "failed with" in str(error) or _status_of(error) in {0, 408, 429, 500, 502, 503, 504}


_DATABASE_ERRORS = {"OperationalError", "InterfaceError", "DBAPIError", "TimeoutError"}
_REFUSALS = {400, 401, 403, 404, 405}
# MLflow's client keeps the server's status in words alone.
_STATUS_IN_WORDS = re.compile(r"failed with error code (\d{3})")


def _status_of(error: BaseException) -> int:
    if isinstance(error, Answered):
        return error.status
    response = getattr(error, "response", None)
    if response is not None:
        return int(response.status_code)
    status: Any = getattr(error, "get_http_status_code", None)
    return int(status()) if status else 0


def _in_one_line(error: Exception, shown: str) -> Exception:
    if isinstance(error, EvosweepError):
        return error
    status, reason = _status_of(error), one_line(error)
    if status in (401, 403) or "error code 401" in reason or "error code 403" in reason:
        return NoAccess(
            f"{shown} refuses access: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
            f"or MLFLOW_TRACKING_TOKEN, to an account that may write there ({reason})"
        )
    if is_transient(error):
        return Unreachable(f"{shown} does not answer as it should: {reason}")
    if isinstance(error, (OSError, ValueError, ArithmeticError, Answered)) or type(
        error
    ).__module__.startswith(("mlflow", "sqlalchemy")):
        return Refused(f"{shown}: {reason}", status)
    if not _is_own(error):
        kind = type(error).__name__
        return Refused(f"{shown}: MLflow's client cannot use its answer ({kind}: {reason})")
    return error


def _is_own(error: BaseException) -> bool:
    """Return True if an error arose in evosweep's code, and not in a library below it."""
    trace, name = error.__traceback__, ""
    while trace is not None:
        name, trace = str(trace.tb_frame.f_globals.get("__name__")), trace.tb_next
    return name.partition(".")[0] == "evosweep"


def one_line(error: BaseException) -> str:
    """Return the message of an error in one line, without passwords."""
    text = without_password(" ".join(str(error).split())) or type(error).__name__
    return text if len(text) <= 300 else text[:299] + "…"
