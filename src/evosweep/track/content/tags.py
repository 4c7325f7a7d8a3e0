"""The tags of a run in MLflow: its identity and its origin."""

from collections.abc import Mapping
from itertools import islice

from evosweep.records.record import FailureRecord, Named, Record
from evosweep.track.content.mlflow_run import accepted_keys
from evosweep.track.content.names import configuration_id, place_of

_MOST_PACKAGES = 60


def identity(record: Named) -> dict[str, str]:
    """Return the tags that identify a run, equal runs and its configuration."""
    return {
        "run_id": record.run_id,
        "spec_id": record.spec_id,
        "configuration": configuration_id(record),
        "kind": "run",
        "place": place_of(record.spec),
        "evosweep": "entry",
        "mlflow.source.name": "evosweep run",
        "mlflow.source.type": "LOCAL",
    }


def provenance(record: Record | FailureRecord) -> dict[str, str]:
    """Return commit, image, machine, versions and digests, if the record has them."""
    environment: Mapping[str, object] = record.environment
    names = {
        "git_commit": "git_commit",
        "git_dirty": "git_dirty",
        "image": "image",
        "image_digest": "image_digest",
        "mlflow.source.git.commit": "git_commit",
        "mlflow.docker.image.uri": "image",
        "platform": "platform",
        "machine": "machine",
        "cpu": "cpu",
        "version.python": "python",
        "version.evosweep": "evosweep",
    }
    tags = {tag: environment.get(key) for tag, key in names.items()}
    packages = islice((record.environment.get("packages") or {}).items(), _MOST_PACKAGES)
    tags |= {f"version.{name}": version for name, version in packages}
    tags |= {f"source.{kind}": digest for kind, digest in record.sources.items()}
    accepted = accepted_keys(tags)
    return {accepted[key]: str(value) for key, value in tags.items() if value is not None}
