"""The section on provenance: config, machine, versions, commit, commands, problems, parameters."""

import shlex

from evosweep.compare.numbers.provenance import parameters_table, problems_table, provenance_table
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.read.study import Study


def provenance_section(material: Material) -> Section:
    """Return the facts and commands that are needed to repeat everything."""
    study = material.study
    return Section(
        "provenance",
        "Provenance",
        tables=[
            provenance_table(study, _commands(study)),
            problems_table(study, material.standings),
            parameters_table(study),
        ],
    )


def _commands(study: Study) -> dict[str, str]:
    """Return the commands that run everything, compare it again, and repeat one run."""
    repeat = {"repeats one run": f"evosweep reproduce {study.runs[0].run_id}"}
    if not study.config:
        return {"compares again": f"evosweep compare results/{study.name}", **repeat}
    config = shlex.quote(study.config)
    return {
        "runs it all": f"snakemake --cores all --config config={config}",
        "compares again": f"evosweep compare results/{study.name} --config {config}",
        **repeat,
    }
