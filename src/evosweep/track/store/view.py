"""First columns of MLflow's table of runs: results and varied parameters, not MLflow's own.

MLflow stores a shared view as a tag of the experiment, and shows it to everyone who opens the
experiment's page with the view's key.
"""

import json

KEY = "evosweep"
TAG = f"mlflow.sharedViewState.{KEY}"
_RUN_NAME = "attributes.`Run Name`"
_WIDTHS = {
    "metrics.`best_median`": 105,
    "metrics.`hypervolume_median`": 150,
    "metrics.`best`": 105,
    "metrics.`hypervolume`": 110,
    "metrics.`success_rate`": 105,
    "params.`seed`": 60,
    "params.`backend`": 80,
    "params.`workers`": 75,
    "metrics.`seeds`": 65,
    "metrics.`agreement`": 100,
    "metrics.`evaluations`": 100,
    "metrics.`time_total`": 95,
    "attributes.`Dataset`": 160,
}
"""Columns and their widths: what a configuration has, then what a run has; a column that no run
of an experiment has is not shown."""
STATE = json.dumps(
    {"selectedColumns": list(_WIDTHS), "columnWidths": {_RUN_NAME: 340, **_WIDTHS},
     "columnOrder": [_RUN_NAME, *_WIDTHS]}
)  # fmt: skip
QUERY = f"workflowType=machine_learning&viewStateShareKey={KEY}"
"""Of an experiment's page; without the first, MLflow shows what it has for language models."""
