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
    "together": "multivariate",
    "capability": "capabilities",
    "per_day": "calendars",
    "per_working_day": "calendars",
    "quarterly": "calendars",
    "survey": "surveys",
    "year_to_date": "years",
    "phases_at": "phasing",
    "phases_at_steps": "phasing",
    "phases": "phasing",
    "Forecast": "results.forecasts",
    "Proposals": "results.proposals",
    "Rebased": "rebasing",
    "before_and_after": "rebasing",
    "exceptions": "detection",
    "run_tests": "detection",
    "trend": "trending",
    "SCORERS": "trend_scorers",
    "Score": "trend_scorers",
    "Scorer": "trend_scorers",
    "WEIGHTINGS": "weighting",
    "Weighting": "weighting",
    "weigh": "weighting",
    "Assurance": "results.assurance",
    "assure": "assuring",
    "Agreed": "charts.agreed",
    "agreed": "agreeing",
    "save_limits": "agreeing",
    "compare": "comparing",
    "contributions": "hierarchy",
    "driven_by": "hierarchy",
    "parts": "hierarchy",
    "roll_up": "hierarchy",
    "funnel": "comparators",
    "funnel_curve": "comparators",
    "per_population": "comparators",
    "rank": "comparators",
    "records": "recording",
    "explain": "explaining",
    "scorecard": "scoring",
    "set_threads": "threads",
    "publish": "publishing",
    "Remark": "publishing.remarks",
    "Remarks": "publishing.remarks",
    "since": "publishing.papers",
}
_ROOMS = ("forecast", "rolling", "samples")

__all__ = [
    "CHARTS",
    "RULES",
    "SCORERS",
    "WEIGHTINGS",
    "Agreed",
    "Assurance",
    "Catalogue",
    "Chart",
    "ChoiceError",
    "Exclusion",
    "Forecast",
    "InputError",
    "Measure",
    "Panel",
    "Phases",
    "Proposals",
    "Rebased",
    "RefusedSeries",
    "Remark",
    "Remarks",
    "Report",
    "Rule",
    "Score",
    "Scorer",
    "SpcError",
    "Step",
    "Weighting",
    "Window",
    "agreed",
    "assure",
    "before_and_after",
    "capability",
    "compare",
    "contributions",
    "driven_by",
    "exceptions",
    "explain",
    "forecast",
    "funnel",
    "funnel_curve",
    "limits",
    "parts",
    "per_day",
    "per_population",
    "per_working_day",
    "phases",
    "phases_at",
    "phases_at_steps",
    "publish",
    "quarterly",
    "rank",
    "read",
    "records",
    "roll_up",
    "rolling",
    "run_tests",
    "samples",
    "save_limits",
    "scorecard",
    "set_threads",
    "since",
    "survey",
    "together",
    "trend",
    "weigh",
    "year_to_date",
]

if TYPE_CHECKING:
    from spc import forecast, rolling, samples
    from spc.agreeing import agreed, save_limits
    from spc.assuring import assure
    from spc.baselines import Phases, Window
    from spc.calendars import per_day, per_working_day, quarterly
    from spc.capabilities import capability
    from spc.chart_kinds import CHARTS, Chart
    from spc.charts import limits
    from spc.charts.agreed import Agreed
    from spc.charts.excluding import Exclusion
    from spc.checks import ChoiceError, InputError, SpcError
    from spc.comparators import funnel, funnel_curve, per_population, rank
    from spc.comparing import compare
    from spc.detection import exceptions, run_tests
    from spc.explaining import explain
    from spc.hierarchy import contributions, driven_by, parts, roll_up
    from spc.measures import Catalogue, Measure, Step
    from spc.multivariate import together
    from spc.panel import Panel
    from spc.phasing import phases, phases_at, phases_at_steps
    from spc.publishing import publish
    from spc.publishing.papers import since
    from spc.publishing.remarks import Remark, Remarks
    from spc.reading import RefusedSeries, Report, read
    from spc.rebasing import Rebased, before_and_after
    from spc.recording import records
    from spc.results.assurance import Assurance
    from spc.results.forecasts import Forecast
    from spc.results.proposals import Proposals
    from spc.rules import RULES, Rule
    from spc.scoring import scorecard
    from spc.surveys import survey
    from spc.threads import set_threads
    from spc.trend_scorers import SCORERS, Score, Scorer
    from spc.trending import trend
    from spc.weighting import WEIGHTINGS, Weighting, weigh
    from spc.years import year_to_date


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
