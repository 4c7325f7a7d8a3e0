"""Prepared views of an experiment in MLflow: a table of configurations, charts, and the runs.

MLflow keeps a shared view as a tag of the experiment, and shows it to everyone who opens the
experiment's page with the view's key. A tag has 5,000 characters, so the state is compressed, as
MLflow's own page compresses it.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

TAG = "mlflow.sharedViewState."
_LONGEST = 4900
_RUN_NAME = "attributes.`Run Name`"
_Widths = dict[str, int]
_RESULTS: _Widths = {
    "metrics.`rank`": 60,
    "metrics.`best_median`": 115,
    "metrics.`best_q1`": 95,
    "metrics.`best_q3`": 95,
    "metrics.`hypervolume_median`": 155,
    "metrics.`success_rate`": 110,
    "metrics.`seeds`": 70,
    "metrics.`agreement`": 100,
    "metrics.`evaluations_median`": 155,
    "metrics.`time_total_s_median`": 165,
    "attributes.`Dataset`": 160,
}
_OF_RUNS: _Widths = {
    "params.`problem`": 130,
    "params.`algorithm`": 120,
    "params.`backend`": 80,
    "params.`workers`": 75,
    "params.`seed`": 60,
    "metrics.`best`": 105,
    "metrics.`hypervolume`": 110,
    "metrics.`success`": 80,
    "metrics.`evaluations`": 100,
    "metrics.`time_total_s`": 105,
    "tags.`population_digest`": 160,
}
"""Columns and their widths; a column that no run of an experiment has is not shown."""


@dataclass(frozen=True)
class Subject:
    """The content of an experiment's views."""

    swept: Sequence[str] = ()
    """Keys of the parameters that were swept."""
    shared: Sequence[str] = ()
    """The parameters that all configurations have."""
    convergence: Mapping[str, bool] = field(default_factory=dict)
    """True, by the metric of a problem's convergence, if its axis is logarithmic."""


VIEWS = {
    "evosweep": "configurations by problem and result",
    "evosweep-convergence": "convergence, a chart for each problem",
    "evosweep-parallel": "parallel coordinates of swept parameters and ranks",
    "evosweep-runs": "runs by backend and seed",
    "evosweep-tree": "runs below their configurations",
}
"""A description of each view, by its key."""
DEFAULT = next(iter(VIEWS))
_CHARTS = ("evosweep-convergence", "evosweep-parallel")


def query(key: str = DEFAULT) -> str:
    """Return the query of an experiment's page that opens a view; MLflow's default is language
    models."""
    mode = "&compareRunsMode=CHART" if key in _CHARTS else ""
    return f"workflowType=machine_learning&viewStateShareKey={key}{mode}"


def page(experiment_id: str, key: str) -> str:
    """Return the fragment of the address of a view."""
    return f"#/experiments/{experiment_id}/runs?{query(key)}"


def view_tags(subject: Subject) -> dict[str, str]:
    """Return the tags of the experiment that hold its views."""
    states = {
        "evosweep": _configurations(subject),
        "evosweep-convergence": _convergence(subject),
        "evosweep-parallel": _parallel(subject),
        "evosweep-runs": _table({**_OF_RUNS, **_columns(subject.swept)}, "tags.kind = 'run'"),
        "evosweep-tree": _widths({**_RESULTS, **_OF_RUNS, **_columns(subject.swept)}),
    }
    return {TAG + key: _packed(state) for key, state in states.items()}


def _packed(state: Mapping[str, object]) -> str:
    text = json.dumps(state, separators=(",", ":"))
    packed = f"deflate;{b64encode(zlib.compress(text.encode(), 9)).decode()}"
    if len(packed) <= _LONGEST:
        return packed
    fewer = {key: value for key, value in state.items() if not key.startswith("compareRun")}
    return _packed(fewer) if fewer != state else _packed({})


def _columns(keys: Iterable[str]) -> _Widths:
    return {f"params.`{key}`": max(90, 10 * len(key)) for key in keys}


def _widths(columns: _Widths) -> dict[str, object]:
    return {
        "selectedColumns": list(columns),
        "columnWidths": {_RUN_NAME: 340, **columns},
        "columnOrder": [_RUN_NAME, *columns],
    }


def _table(columns: _Widths, condition: str) -> dict[str, object]:
    order = {"searchFilter": condition, "orderByKey": "tags.`place`", "orderByAsc": True}
    return {**_widths(columns), **order}


def _configurations(subject: Subject) -> dict[str, object]:
    columns = {**_columns(subject.swept), **_RESULTS}
    return _table(columns, "tags.kind != 'run'") | {"runsHiddenMode": "FIRST_20_RUNS"}


def _convergence(subject: Subject) -> dict[str, object]:
    charts = [
        _line(f"evosweep-{place}", metric, logarithmic)
        for place, (metric, logarithmic) in enumerate(subject.convergence.items())
    ]
    return _charts(subject, charts, "Convergence: the median over seeds by generation")


def _line(uuid: str, metric: str, logarithmic: bool) -> dict[str, object]:
    return {
        "type": "LINE",
        "uuid": uuid,
        "metricSectionId": "evosweep",
        "metricKey": metric,
        "selectedMetricKeys": [metric],
        "displayName": metric.partition("/")[2],
        "scaleType": "log" if logarithmic else "linear",
    } | _LINE


_LINE = {
    "deleted": False,
    "isGenerated": False,
    "runsCountToCompare": 20,
    "lineSmoothness": 0,
    "xAxisScaleType": "linear",
    "xAxisKey": "step",
    "selectedXAxisMetricKey": "",
    "yAxisKey": "metric",
    "yAxisExpressions": [],
    "range": {},
    "ignoreOutliers": False,
    "useGlobalXaxisKey": True,
    "useGlobalLineSmoothing": True,
}


def _parallel(subject: Subject) -> dict[str, object]:
    chart = {
        "type": "PARALLEL",
        "uuid": "evosweep-parallel",
        "metricSectionId": "evosweep",
        "deleted": False,
        "isGenerated": False,
        "runsCountToCompare": 100,
        "selectedParams": ["problem", "algorithm", *subject.shared],
        "selectedMetrics": ["rank"],
        "showAllRuns": True,
    }
    return _charts(subject, [chart], "Swept parameters and ranks", columns=1)


def _charts(
    subject: Subject, charts: Sequence[Mapping[str, object]], title: str, columns: int = 2
) -> dict[str, object]:
    """Return a view of charts; the section of all other metrics is folded."""
    sections = [
        {"uuid": "evosweep", "name": title, "display": True, "columns": columns},
        {"uuid": "evosweep-rest", "name": "Model metrics", "display": False},
        {"uuid": "evosweep-other", "name": "convergence", "display": False},
    ]
    rest = {"isReordered": False, "deleted": False, "isGenerated": False}
    return _configurations(subject) | {
        "compareRunCharts": list(charts),
        "compareRunSections": [{**section, **rest} for section in sections],
        "hideEmptyCharts": True,
        "isAccordionReordered": True,
    }
