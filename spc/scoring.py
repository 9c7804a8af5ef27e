"""scorecard(): everything a row of the published page says, for every series at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from spc import frames
from spc.array_types import Floats, Ints, Words
from spc.assuring import assure
from spc.baselines import Baseline, Phases, Window
from spc.chart_kinds import CHARTS
from spc.charts import limits
from spc.charts.agreed import Agreed
from spc.checks import ChoiceError, choice, parcel
from spc.comparing import compare
from spc.covers import Beside, Cover
from spc.detection import exceptions
from spc.foretelling import Foretold, expected_at
from spc.measures import Assignment, Catalogue, Measure, by_kind, catalogue_of, measures_of
from spc.panel import Ends, Panel
from spc.phasing import phases_at_steps
from spc.reading.report import with_refused
from spc.results import Comparison, Exceptions, Limits, Trend, Weights
from spc.results.assurance import Assurance
from spc.rules import Rule
from spc.trending import trend
from spc.weighting import Weighting, weigh
from spc.wording import month_text, period_name

__all__ = ["Scorecard", "scorecard"]

#: Windows of the published page: month, 3 months, 12 months.
WINDOWS = (1, 3, 12)
#: Two years set the limits by which the last year is judged.
YEAR_JUDGED = Window(36, first=24)
#: Charts of counts, ranges, sds and sums, which are not where the values are.
PLOTTING_OTHER = [name for name, chart in CHARTS.items() if chart.plots in ("counts", "spreads", "sums")]
#: A page is made by a room above this one, found by its name when it is asked for (docs/decisions/0004).
SHOWN_BY = {
    "words": "spc.printed:in_words",
    "numbers": "spc.printed:in_numbers",
    "text": "spc.reporting.console:text",
    "html": "spc.reporting.html:page",
    "notebook": "spc.reporting.html:fragment",
    "excel": "spc.reporting.excel:workbook",
    "narrative": "spc.narrating:narrative",
    "summary": "spc.executive:summary",
}


@dataclass(frozen=True, eq=False, repr=False)
class Scorecard:
    """A scorecard as at one month.

    Parameters
    ----------
    weights : Weights
        Which holds the exceptions, their limits and the panel.
    trend : Trend
    comparison : Comparison
    measures : Assignment
        The measure of each series.
    as_at : int
        The month reported on, as year * 12 + month - 1 (or the observation's position).
    note : str
        What belongs on every page made from these data.
    absent : tuple of str
        Measures of the catalogue that have no series.
    cover : Cover, optional
        What `publish` has hidden; the figures here are then those that may be seen.
    beside : tuple of Beside
        Columns of words that `publish` has put beside the figures.
    expected : (n_series,) float64, optional
        What was forecast for the month, in the unit of the page.
    """

    weights: Weights
    trend: Trend
    comparison: Comparison
    measures: Assignment
    as_at: int
    note: str = ""
    absent: tuple[str, ...] = ()
    cover: Cover | None = None
    beside: tuple[Beside, ...] = ()
    expected: Floats | None = None

    @property
    def exceptions(self) -> Exceptions:
        """The exceptions that were weighed."""
        return self.weights.exceptions

    @property
    def limits(self) -> Limits:
        """The limits by which they were judged."""
        return self.exceptions.limits

    @property
    def panel(self) -> Panel:
        """The series, in the order of the page."""
        return self.limits.panel

    @property
    def monthly(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Series with monthly values, so that run rules and trends may be asked of them (n_series,)."""
        return self.measures.each(lambda measure: measure.how.monthly, bool) & ~self.panel.refused

    @property
    def status(self) -> Words:
        """Why a row has no flags, or the word ok (n_series,)."""
        status = self.limits.status if self.cover is None else self.cover.status.copy()
        status[~self.monthly & ~self.panel.refused] = "rolling 12 only"
        return status

    @property
    def charts(self) -> Words:
        """The chart on which each row is judged, as pages name it (n_series,)."""
        limits = self.limits
        held = np.where(limits.phase_at_end >= 0, limits.phase_chart[limits.phase_at_end], 0)
        return np.array([chart.title for chart in CHARTS.values()], dtype=object)[held]

    @cached_property
    def assurance(self) -> Assurance:
        """What the points say, and where the targets of the catalogue lie against the limits."""
        if self.cover is not None:
            return self.cover.assurance
        return assure(self.exceptions, measures=self.measures)

    @property
    def acknowledged(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Series whose exceptions are known; they keep their weight, but come last among the heaviest."""
        known = np.zeros(self.panel.n_series, np.bool_)
        for column in self.beside:
            if column.name == "acknowledged":
                known |= column.texts != ""
        return known

    def to_frame(self, form: str = "words") -> Any:
        """Return one row a series.

        Parameters
        ----------
        form : {"words", "numbers"}
            As printed (`month`, `m3`, `m12`, `change`, `arrow`, `trend`, `exceptions`, `weighting`,
            `status`), or the numbers behind it.
        """
        fields = _show(choice("form", form, ("words", "numbers")), self)
        return frames.tidy_series(self.panel.keys, fields)

    def to_text(self, *, width: int | None = None, top: int | None = None) -> str:
        """Return the scorecard as a table of text; see `spc.reporting.console.text`."""
        return str(_show("text", self, width=width, top=top))

    def to_html(self, path: Any = None, **options: Any) -> str:
        """Return the scorecard as one HTML page, and write it; see `spc.reporting.html.page`."""
        return str(_show("html", self, path=path, **options))

    def to_excel(self, path: Any, **options: Any) -> None:
        """Write the scorecard as an Excel workbook; see `spc.reporting.excel.workbook`."""
        _show("excel", self, path=path, **options)

    def narrative(self, *, top: int | None = None) -> Any:
        """Return the bullets of a paper, with figures; see `spc.narrating.narrative`."""
        return _show("narrative", self, top=top)

    def summary(self, *, rule: str = "change") -> Any:
        """Return how many measures improve, decline, stand still; see `spc.executive.summary`."""
        return _show("summary", self, rule=rule)

    def _repr_html_(self) -> str:
        return str(_show("notebook", self))

    def __repr__(self) -> str:
        flagged = int(np.count_nonzero(self.exceptions.at))
        when = period_name(None, self.as_at) if self.panel.start is None else month_text(self.as_at)
        return f"Scorecard({self.panel.n_series:,} series as at {when}, {flagged:,} with exceptions)"


def _show(form: str, card: Scorecard, /, **options: Any) -> Any:
    module, function = SHOWN_BY[form].split(":")
    return getattr(import_module(module), function)(card, **options)


def scorecard(
    panel: Panel,
    *,
    measures: Catalogue | Sequence[Measure] | None = None,
    as_at: Any = None,
    baseline: Baseline = YEAR_JUDGED,
    rules: str | tuple[Rule, ...] | list[Rule] = "opcc",
    chart: str = "auto",
    weighting: str | Weighting = "opcc",
    phase: Phases | str | None = None,
    agreed: Agreed | None = None,
    forecast: Foretold | None = None,
) -> Scorecard:
    """Make the scorecard of a month: windows, changes, trends, exceptions and their weightings.

    Parameters
    ----------
    panel : Panel
    measures : Catalogue, optional
        What each measure is; rows stand in its order, series that it does not name come last.
    as_at : month, optional
        The month reported on; by default the last. A measure in arrears (`lag`) is reported that many
        months earlier.
    baseline : Baseline
        As for `limits`; by default the first 24 of the last 36 months.
    rules, weighting
        As for `exceptions` and `weigh`.
    chart : str
        As for `limits`; by default "auto", which leaves it to the catalogue, and there to the series. A chart
        for another kind of data than a measure has leaves that measure on XmR.
    phase : Phases or "steps", optional
        Stretches with limits of their own: from `phases_at` or `phases`, of this panel, or one from each of
        the catalogue's `steps` on. A phase younger than 24 months is a `short history` under the default
        baseline; with phases ask for `baseline=21`, say.
    agreed : Agreed, optional
        Limits that were saved, from `spc.agreed`: they take the place of `baseline`, `chart` and `phase`.
    forecast : str or Forecast, optional
        What the month is set against: a row of `spc.forecast.METHODS`, of the months before, or a forecast.

    Returns
    -------
    Scorecard
        `to_frame()` gives the printed words.

    Raises
    ------
    ChoiceError
        A misspelt choice, a month outside the panel.

    Examples
    --------
    >>> import spc
    >>> sample = spc.samples.load("wiltshire_2024")
    >>> card = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")
    >>> card
    Scorecard(57 series as at 2024-07, 20 with exceptions)
    """
    parcel("panel", panel, Panel, "spc.Panel.from_frame")
    choice("chart", chart, (*CHARTS, "auto"))
    if agreed is not None:
        _alone(baseline=baseline != YEAR_JUDGED, chart=chart != "auto", phase=phase is not None)
    last = panel.position(as_at)
    measures = catalogue_of(measures)
    whole = with_refused(panel)
    order = _order(whole, measures)
    panel = replace(whole.select(order), report=whole.report)  # pages tell why a series was refused
    rows = measures_of(panel, measures)
    panel = by_kind(_from_first(panel, rows), rows)
    # below 0 where a measure in arrears is reported before its data begin
    each = Ends(rows.in_arrears(last))
    charts = rows.each(lambda measure: _chart_for(measure, chart)).tolist()
    if agreed is not None:
        lines = limits(panel, agreed=agreed, as_at=each)
    else:
        cuts = _phases(phase, whole, order, panel, rows)
        bounds = _bounds_of(panel, rows, charts)
        lines = limits(panel, chart=charts, phase=cuts, baseline=baseline, as_at=each, bounds=bounds)
    found = exceptions(lines, rules=rules)
    line = trend(panel, as_at=each)
    have = set(panel.measure_names) if measures is not None else set()
    return Scorecard(
        weights=weigh(found, trend=line, weighting=weighting),
        trend=line,
        comparison=compare(panel, measures=rows, as_at=each, windows=WINDOWS),
        measures=rows,
        as_at=last if panel.start is None else panel.start + last,
        note=panel.note if measures is None else measures.note or panel.note,
        absent=tuple(row.name for row in measures or () if row.name not in have),
        expected=None if forecast is None else expected_at(panel, rows, forecast, each.columns),
    )


def _alone(**given: bool) -> None:
    for name, is_given in given.items():
        if is_given:
            raise ChoiceError(
                f"`{name}` was settled when the limits were agreed: leave it out, or leave out `agreed`."
            )


def _chart_for(measure: Measure, chart: str) -> str:
    """Under "auto" the catalogue has the word; a chart for other kinds of data leaves a measure on XmR."""
    wanted = measure.chart if chart == "auto" else chart
    if wanted == "auto":
        return "auto" if measure.kind == "count" else "xmr"
    if chart == "auto":
        return wanted
    fits = {"counts": measure.kind == "count", "parts": measure.how.windows == "ratio"}
    return (
        wanted if fits.get(CHARTS[wanted].needs.removeprefix("whole "), True) else _chart_for(measure, "auto")
    )


def _bounds_of(panel: Panel, rows: Assignment, charts: Sequence[str]) -> Floats:
    """Return where values can never be: below 0 where none is, above all of a proportion (n_series, 2).

    Charts that plot something else than the value know their own bounds.
    """
    tops = rows.each(lambda m: 1.0 if m.kind == "proportion" else np.nan, float)
    tops = np.where(panel.is_ratio, tops, tops * rows.each(lambda m: m.shown.per, float))
    observed = np.where(np.isnan(panel.observed), 0.0, panel.observed)
    low = np.where((observed >= 0.0).all(axis=1), 0.0, np.nan)
    high = np.where((observed <= tops[:, None]).all(axis=1), tops, np.nan)
    other = np.isin(charts, PLOTTING_OTHER)
    return np.where(other[:, None], np.nan, np.stack([low, high], axis=1))


def _order(panel: Panel, measures: Catalogue | None) -> Ints:
    """Return the series in the catalogue's order, those it does not name last."""
    if measures is None:
        return np.arange(panel.n_series)
    code = measures_of(panel, measures).code
    return np.argsort(np.minimum(code, len(measures)), kind="stable")


def _phases(
    phase: Phases | str | None, whole: Panel, order: Ints, panel: Panel, rows: Assignment
) -> Phases | None:
    """Return the phases of the series as they stand on the page."""
    if phase is None:
        return None
    if isinstance(phase, str):
        choice("phase", phase, ("steps",))
        return phases_at_steps(panel, measures=rows)
    parcel("phase", phase, Phases, "spc.phases_at(panel, months)")
    return phase.over(whole).select(order, panel)


def _from_first(panel: Panel, rows: Assignment) -> Panel:
    """Leave out what is older than a measure's `first` month."""
    begins = rows.each(lambda m: 0 if m.first is None else frames.month_ordinal(m.first, "first"))
    if panel.start is None or not begins.any():
        return panel
    early = panel.start + np.arange(panel.n_periods) < begins[:, None]

    def cut(cells: Floats) -> Floats:
        return np.where(early, np.nan, cells)

    given = {window: cut(cells) for window, cells in panel.given.items()}
    return replace(
        panel, values=cut(panel.values), of=None if panel.of is None else cut(panel.of), given=given
    )
