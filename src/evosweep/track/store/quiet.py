"""Import MLflow without telemetry, long silent retries, and superfluous messages."""

import logging
import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from evosweep.errors import InputError
from evosweep.track.store.versions import check_version

ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_ENABLE_AI_GATEWAY": "false",
    "MLFLOW_ENABLE_REMOTE_ASSISTANT": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_OWN_RETRIES = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
}


def check_mlflow() -> None:
    """Raise `InputError` as `import_mlflow` does, but without the seconds that the import takes."""
    try:
        installed = version("mlflow") if find_spec("mlflow") else ""
    except PackageNotFoundError:  # one of the parts of its distribution
        installed = ""
    if installed:
        check_version(installed)
    else:
        import_mlflow()


def import_mlflow() -> Any:
    """Return the module `mlflow`.

    Raises InputError with a remedy if it is missing, or has an untested version.
    """
    os.environ.update(ENVIRONMENT)
    for name, value in _OWN_RETRIES.items():
        os.environ.setdefault(name, value)
    try:
        import mlflow
        import mlflow.tracking
    except ImportError as error:
        raise InputError(
            f"tracking needs MLflow ({error}): pip install 'evosweep[track]'"
        ) from None
    check_version(str(mlflow.__version__))
    # Its errors are raised too, and told in one line; its log repeats them with tracebacks.
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.CRITICAL)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    return mlflow
