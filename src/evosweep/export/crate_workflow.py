"""Describe an experiment as one execution of evosweep's workflow: Workflow Run Crate 0.5.

Leo et al.: Recording provenance of workflow runs with RO-Crate, PLoS ONE 19(9), 2024. The profile
asks for the workflow as the crate's main entity, and for an action of which it is the instrument.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}


def add_workflow(crate: Any, files: Path, version: str) -> Any:
    """Add the Snakefile as the main entity, with the rules that it includes.

    Parameters
    ----------
    crate
        The crate, of the package `rocrate`.
    files
        The folder with `Snakefile` and `workflow/rules`.
    version
        The version of evosweep.

    Returns
    -------
    ComputationalWorkflow
        The crate's entity of the Snakefile.
    """
    from rocrate.model.contextentity import ContextEntity

    snakemake = "application/x-snakemake"  # has no registered media type
    described = {"name": "evosweep", "version": version, "encodingFormat": snakemake}
    workflow = crate.add_workflow(
        files / "Snakefile", "workflow/Snakefile", properties=described, main=True, lang="snakemake"
    )
    rules = [
        crate.add_file(
            path,
            f"workflow/workflow/rules/{path.name}",
            properties={"name": f"rules: {path.stem}", "encodingFormat": snakemake},
        )
        for path in sorted((files / "workflow" / "rules").glob("*.smk"))
    ]
    workflow["hasPart"] = rules
    for address, (name, number) in PROFILES.items():
        profile = {"@type": "CreativeWork", "name": name, "version": number}
        crate.root_dataset.append_to(
            "conformsTo", crate.add(ContextEntity(crate, address, profile))
        )
    return workflow


def add_execution(
    crate: Any, workflow: Any, *, config: Any | None, results: Sequence[Any], times: tuple[str, str]
) -> None:
    """Add the action that made all results of the experiment.

    Parameters
    ----------
    crate, workflow
        The crate, and its main entity.
    config
        The entity of the experiment's config, if the crate has it.
    results
        The entities of all files that the workflow made.
    times
        The beginning of the first run and the end of the last one, in ISO 8601.
    """
    from rocrate.model.contextentity import ContextEntity

    action = {
        "@type": "CreateAction",
        "name": f"Execution of the workflow: {crate.name}",
        "instrument": {"@id": workflow.id},
        "object": [] if config is None else [{"@id": config.id}],
        "result": [{"@id": item.id} for item in results],
        "startTime": times[0],
        "endTime": times[1],
    }
    crate.root_dataset.append_to("mentions", crate.add(ContextEntity(crate, "#execution", action)))
