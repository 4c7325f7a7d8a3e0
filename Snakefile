"""The main job: every run of an experiment, tracked in MLflow and compared.

    snakemake --cores 16                                  config/experiment.yaml
    snakemake --cores 16 --config config=mine/study.yaml  another experiment
    snakemake --cores 16 --config runs_per_job=25         a key of the config, changed for this call
    snakemake --cores all --config share=3/10             one of ten shares, for one of ten hosts

The config is read by evosweep, never by Snakemake: a `configfile:` may run Python.
"""

from snakemake.utils import min_version

min_version("9.10")

from evosweep.workflow import hooks


report: "workflow/report/workflow.rst"


PLAN = hooks.open_plan(workflow)
RESULTS = PLAN.folder


localrules:
    all,
    compare,
    look,
    track,


# For `--sdm apptainer`; docker and podman are `container:` in the config.
container: PLAN.image


wildcard_constraints:
    name="[0-9a-f]{12}",


include: "workflow/rules/run.smk"
include: "workflow/rules/look.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/track.smk"


rule all:
    default_target: True
    input:
        PLAN.outputs,
        [] if PLAN.share else [*rules.track.output, *rules.compare.output],


onstart:
    hooks.start(PLAN, workflow)


onsuccess:
    hooks.succeed(PLAN)


onerror:
    hooks.fail(PLAN, workflow)
