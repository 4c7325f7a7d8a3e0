"""Looks, where seeds come in stages: whether a comparison has enough of them.

What it decides is in `results/<experiment>/looks/`. After it, Snakemake asks the plan again what
there is to do, and gets the jobs of the next stage.
"""


checkpoint look:
    input:
        PLAN.of_look,
    output:
        touch(f"{PLAN.marks}/look/{{name}}"),
    log:
        f"{RESULTS}/logs/look-{{name}}.log",
    params:
        file=PLAN.look_file,
        label=PLAN.look_label,
    message:
        "{params.label}"
    shell:
        "rm -f {log:q}; set -o noclobber\n"
        "evosweep decide {params.file:q} > {log:q} 2>&1"
