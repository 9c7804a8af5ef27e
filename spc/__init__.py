"""Statistical process control for thousands of monthly series: limits, exceptions, weightings, trends.

Names are imported when they are first used, so that ``import spc`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Public name to the module that holds it.
_HOMES = {
    "ChoiceError": "checks",
    "InputError": "checks",
    "SpcError": "checks",
    "Panel": "panel",
    "Catalogue": "measures",
    "Measure": "measures",
    "Step": "measures",
    "RefusedSeries": "reading",
    "Report": "reading",
    "read": "reading",
    "RULES": "rules",
    "Rule": "rules",
    "Phases": "baselines",
    "Window": "baselines",
    "CHARTS": "chart_kinds",
    "Chart": "chart_kinds",
    "Exclusion": "charts.excluding",
    "limits": "charts",
    "phases_at": "phasing",
    "exceptions": "detection",
    "trend": "trending",
    "WEIGHTINGS": "weighting",
    "Weighting": "weighting",
    "weigh": "weighting",
    "compare": "comparing",
    "scorecard": "scoring",
    "set_threads": "kernels._compile",
    "publish": "publishing",
    "Remark": "publishing.remarks",
    "Remarks": "publishing.remarks",
    "since": "publishing.papers",
}
_ROOMS = ("rolling", "samples")

__all__ = [
    "CHARTS",
    "RULES",
    "WEIGHTINGS",
    "Catalogue",
    "Chart",
    "ChoiceError",
    "Exclusion",
    "InputError",
    "Measure",
    "Panel",
    "Phases",
    "RefusedSeries",
    "Remark",
    "Remarks",
    "Report",
    "Rule",
    "SpcError",
    "Step",
    "Weighting",
    "Window",
    "compare",
    "exceptions",
    "limits",
    "phases_at",
    "publish",
    "read",
    "rolling",
    "samples",
    "scorecard",
    "set_threads",
    "since",
    "trend",
    "weigh",
]

if TYPE_CHECKING:
    from spc import rolling, samples
    from spc.baselines import Phases, Window
    from spc.chart_kinds import CHARTS, Chart
    from spc.charts import limits
    from spc.charts.excluding import Exclusion
    from spc.checks import ChoiceError, InputError, SpcError
    from spc.comparing import compare
    from spc.detection import exceptions
    from spc.kernels._compile import set_threads
    from spc.measures import Catalogue, Measure, Step
    from spc.panel import Panel
    from spc.phasing import phases_at
    from spc.publishing import publish
    from spc.publishing.papers import since
    from spc.publishing.remarks import Remark, Remarks
    from spc.reading import RefusedSeries, Report, read
    from spc.rules import RULES, Rule
    from spc.scoring import scorecard
    from spc.trending import trend
    from spc.weighting import WEIGHTINGS, Weighting, weigh


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(import_module(f"spc.{_HOMES[name]}"), name)
    elif name in _ROOMS:
        found = import_module(f"spc.{name}")
    else:
        raise AttributeError(f"spc has no {name!r}; it has {', '.join(__all__)}.")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
