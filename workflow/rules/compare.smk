"""Comparison: tables, statistics, plots and one report from the records."""


rule compare:
    input:
        PLAN.outputs,
    output:
        page=report(
            f"{RESULTS}/comparison/report.html",
            caption="../report/comparison.rst",
            category="Comparison",
        ),
        summary=report(
            f"{RESULTS}/comparison/summary.csv",
            caption="../report/summary.rst",
            category="Tables",
        ),
        agreement=report(
            f"{RESULTS}/comparison/agreement.csv",
            caption="../report/agreement.rst",
            category="Tables",
        ),
    log:
        f"{RESULTS}/logs/compare.log",
    params:
        folder=subpath(output.page, ancestor=2),
        runs=PLAN.asked_file,
        asked=PLAN.asked,
    message:
        "{params.folder} -> {output.page}"
    shell:
        "rm -f {log:q}; set -o noclobber\n"
        "evosweep compare {params.folder:q} --runs {params.runs:q} > {log:q} 2>&1"
