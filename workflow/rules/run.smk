"""Runs: a configuration on a backend, from one seed or from several in one process."""


rule run:
    output:
        f"{RESULTS}/runs/{{name}}/record.json",
    log:
        f"{RESULTS}/logs/{{name}}.log",
    threads: PLAN.workers
    params:
        label=PLAN.label,
        contained=PLAN.contained,
        spec=PLAN.spec,
        folder=subpath(output[0], parent=True),
        fresh=PLAN.fresh,
    message:
        "{params.label}"
    shell:
        "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 "
        "VECLIB_MAXIMUM_THREADS=1 GOTO_NUM_THREADS=1\n"
        "{params.contained:q} evosweep run --spec {params.spec:q} --out {params.folder:q} "
        "{params.fresh:q} > {log:q} 2>&1"


rule batch:
    output:
        f"{RESULTS}/jobs/{{name}}.json",
    log:
        f"{RESULTS}/logs/{{name}}.log",
    threads: PLAN.workers
    params:
        label=PLAN.label,
        contained=PLAN.contained,
        spec=PLAN.spec,
        seeds=PLAN.seeds,
        folder=f"{RESULTS}/runs",
        fresh=PLAN.fresh,
    message:
        "{params.label}"
    shell:
        "export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMEXPR_NUM_THREADS=1 "
        "VECLIB_MAXIMUM_THREADS=1 GOTO_NUM_THREADS=1\n"
        "{params.contained:q} evosweep run --spec {params.spec:q} --seeds {params.seeds:q} "
        "--out {params.folder:q} "
        "--receipt {output:q} {params.fresh:q} > {log:q} 2>&1"
