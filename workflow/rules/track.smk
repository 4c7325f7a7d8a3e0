"""Tracking: one process brings MLflow up to date with the records."""


rule track:
    input:
        PLAN.outputs,
        comparison=rules.compare.output,
    output:
        touch(f"{RESULTS}/.tracked"),
    log:
        f"{RESULTS}/logs/track.log",
    params:
        folder=subpath(output[0], parent=True),
    message:
        "{params.folder} -> MLflow"
    shell:
        "rm -f {log:q}; set -o noclobber\n"
        "evosweep track {params.folder:q} > {log:q} 2>&1"
