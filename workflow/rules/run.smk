"""Runs: one of them, or several that share a backend and its workers, in one process.

A job makes a mark of this call, never a run's receipt: other calls may work on the same runs. The
mark is empty where another process has all that is left of the job (exit code 75), which is no
failure. An equal call, a share that was asked for twice, may make the log between the two steps of
this one: then both are tried again.
"""


rule run:
    output:
        f"{PLAN.marks}/run/{{name}}",
    log:
        f"{PLAN.logs}/{{name}}.log",
    threads: PLAN.workers
    params:
        label=PLAN.label,
        contained=PLAN.contained,
        words=PLAN.words,
        fresh=PLAN.fresh,
    message:
        "{params.label}"
    shell:
        "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 "
        "VECLIB_MAXIMUM_THREADS=1 GOTO_NUM_THREADS=1\n"
        "set -o noclobber; tries=0  # writes through no link\n"
        "until rm -f {log:q}; exec > {log:q}; do (( ++tries < 5 )) || exit 1; done\n"
        "{params.contained:q} evosweep run {params.words:q} --receipt {output:q} "
        "{params.fresh:q} 2>&1 || "
        "{{ code=$?; [ $code = 75 ] || exit $code; : > {output:q}; }}"


rule batch:
    output:
        f"{PLAN.marks}/batch/{{name}}",
    log:
        f"{PLAN.logs}/{{name}}.log",
    threads: PLAN.workers
    params:
        label=PLAN.label,
        contained=PLAN.contained,
        words=PLAN.words,
        fresh=PLAN.fresh,
    message:
        "{params.label}"
    shell:
        "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 "
        "VECLIB_MAXIMUM_THREADS=1 GOTO_NUM_THREADS=1\n"
        "set -o noclobber; tries=0  # writes through no link\n"
        "until rm -f {log:q}; exec > {log:q}; do (( ++tries < 5 )) || exit 1; done\n"
        "{params.contained:q} evosweep run {params.words:q} --receipt {output:q} "
        "{params.fresh:q} 2>&1 || "
        "{{ code=$?; [ $code = 75 ] || exit $code; : > {output:q}; }}"
