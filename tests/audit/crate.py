"""Holds a crate against the profile Workflow Run Crate, without the network.

The validator fetches RO-Crate's context of JSON-LD by its address. Here the copy that the package
`rocrate` brings takes its place, with the two addresses that version 1.1 of the context had.
"""

import json
import subprocess
from pathlib import Path

import rdflib.plugins.parsers.jsonld as parsing
import rdflib.plugins.shared.jsonld.context as contexts
import rdflib.plugins.shared.jsonld.util as reading

PROFILE = "workflow-run-crate-0.5"
_ADDRESS = "https://w3id.org/ro/crate/1.1/context"
_PYTHON = Path(__file__).parents[2] / ".venv" / "bin" / "python"
_BY_NETWORK = ("ro-crate-1.1_3.1", "ro-crate-1.1_3.2")
"""Checks that the context can be fetched."""


def validate(folder: Path) -> list[str]:
    """Return what a crate lacks of what its profile requires."""
    _bring_context()
    # Only now, since the validator keeps the function that is there when it is imported.
    from rocrate_validator.models import Severity
    from rocrate_validator.services import ValidationSettings
    from rocrate_validator.services import validate as validated

    settings = ValidationSettings(
        rocrate_uri=str(folder),
        profile_identifier=PROFILE,
        requirement_severity=Severity.REQUIRED,
        abort_on_first=False,
    )
    issues = validated(settings).get_issues()
    return [
        f"{issue.check.identifier}: {issue.message}"
        for issue in issues
        if issue.check.identifier not in _BY_NETWORK
    ]


def _bring_context() -> None:
    where = "import rocrate, pathlib; print(pathlib.Path(rocrate.__file__).parent)"
    place = subprocess.run([_PYTHON, "-c", where], capture_output=True, text=True, check=True)
    context = json.loads(Path(place.stdout.strip(), "data", "ro-crate.jsonld").read_text())
    for name in ("ComputationalWorkflow", "FormalParameter"):
        context["@context"][name] = f"https://bioschemas.org/{name}"
    real = reading.source_to_json

    def source_to_json(source: object, *words: object, **options: object) -> object:
        known = isinstance(source, str) and source.rstrip("/") == _ADDRESS
        return (context, None) if known else real(source, *words, **options)

    for module in (reading, contexts, parsing):
        module.source_to_json = source_to_json
