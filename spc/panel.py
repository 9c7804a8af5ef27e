"""Panel: many series on one calendar, values beside their denominators; the parcel that every verb takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from spc import events, frames
from spc.array_types import Floats
from spc.arrays import chosen, frozen, matrix, named_rows, sealed
from spc.checks import ChoiceError, InputError, whole
from spc.subgroups import Subgroups, has_members, means_of, read_members
from spc.wording import month_text

__all__ = ["Ends", "Panel"]


@dataclass(frozen=True, eq=False)
class Ends:
    """Columns of the months reported on, one a series, as a verb hands them to the next; -1 for none."""

    columns: np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False, repr=False)
class Panel:
    """Many series on one calendar, or in plain observation order.

    Make one with `from_frame`, `from_wide` or `from_numpy`. Nothing in it changes: every method returns
    a new Panel.

    Parameters
    ----------
    values : (n_series, n_periods) float64
        The count, or the numerator of a ratio; NaN = not observed.
    keys : mapping of str to (n_series,) array
        The key columns that name each series, in order.
    start : int or None
        The first month as year * 12 + month - 1; None for plain observation order.
    of : (n_series, n_periods) float64, optional
        The denominator; NaN where there is none.
    given : mapping of int to (n_series, n_periods) float64
        Window values that came with the data, by the window's length in months (medians, surveys).
    is_ratio : (n_series,) bool
        Series that have a denominator anywhere (the default); `until` and `select` keep them ratios.
    echo : {"period", "datetime", "order"}
        How months are given back by `to_frame`.
    note : str
        What belongs on every page made from these data.
    report : Report, optional
        What `read` found: the problems, and the cells in, used and reported. A selection has none.
    refused : (n_series,) bool
        Series that stand here by name alone, because a cell of theirs could not be read.
    within : Subgroups, optional
        Of months with several observations, whose mean is the value: how many, their range and sd.
    """

    values: Floats
    keys: Mapping[str, np.ndarray[Any, Any]]
    start: int | None
    of: Floats | None = None
    given: Mapping[int, Floats] = field(default_factory=dict)
    is_ratio: np.ndarray[Any, np.dtype[np.bool_]] = field(default_factory=lambda: np.zeros(0, bool))
    echo: str = "period"
    note: str = ""
    report: Any = None
    refused: np.ndarray[Any, np.dtype[np.bool_]] = field(default_factory=lambda: np.zeros(0, bool))
    within: Subgroups | None = None

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        if np.ndim(self.values) != 2 or any(len(labels) != len(self.values) for labels in self.keys.values()):
            raise InputError("A Panel has one row a series and one name a row: make it with from_numpy.")
        set_once(self, "values", frozen(self.values))
        set_once(self, "keys", {name: sealed(labels) for name, labels in self.keys.items()})
        set_once(self, "of", None if self.of is None else frozen(self.of))
        set_once(self, "given", {window: frozen(cells) for window, cells in self.given.items()})
        if len(self.is_ratio) != len(self.values):
            ratio = np.zeros(len(self.values), bool) if self.of is None else np.isfinite(self.of).any(axis=1)
            set_once(self, "is_ratio", ratio)
        if len(self.refused) != len(self.values):
            set_once(self, "refused", np.zeros(len(self.values), bool))
        set_once(self, "is_ratio", sealed(self.is_ratio))
        set_once(self, "refused", sealed(self.refused))
        if self.start is None:
            set_once(self, "echo", "order")

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        series: str | Sequence[str] = "measure",
        period: str = "month",
        value: str = "value",
        of: str | None = None,
        given: Mapping[int, str] | None = None,
        subgroup: str | None = None,
    ) -> Panel:
        """Make a Panel from a long (tidy) frame: one row per series and month.

        Parameters
        ----------
        frame : pandas, polars or Arrow table
            Anything that narwhals reads.
        series : str or sequence of str
            The key columns that together name a series.
        period : str
            The months, in any one form of a calendar month: periods, dates, 202407, "Jul-24" ...
        value : str
            The count, or the numerator of a ratio.
        of : str, optional
            The denominator; empty cells for series that have none.
        given : mapping of int to str, optional
            Columns that hold ready window values, by window length: ``{3: "given_3", 12: "given_12"}``.
        subgroup : str, optional
            The column that tells several rows of one month apart (`period` itself if none does).

        Returns
        -------
        Panel
            Series in the order in which they first appear.

        Raises
        ------
        InputError
            A duplicated series and month, an infinite or textual value, a month that cannot be read or has
            a time of day (`.dt.normalize()` cuts it); the sentence names series, month and raw value.

        Examples
        --------
        >>> import pandas as pd, spc
        >>> rows = pd.DataFrame({"measure": ["ASB"] * 3, "month": ["2024-05", "2024-06", "2024-07"],
        ...                      "value": [978, 975, 1102]})
        >>> spc.Panel.from_frame(rows)
        Panel(1 series x 3 months, 2024-05 to 2024-07)
        """
        names = [series] if isinstance(series, str) else list(series)
        if subgroup is not None:
            return cls(**read_members(frame, names, period, value, subgroup, of, given))
        windows = {whole("given", window, 2, 1_200): column for window, column in (given or {}).items()}
        ready = {f"given {window}": column for window, column in windows.items()}
        table = frames.read_long(frame, names, period, {"value": value, "of": of, **ready})
        cells = dict(table.cells)
        return cls(
            values=cells["value"],
            keys=table.keys,
            start=table.start,
            of=cells.get("of"),
            given={window: cells[f"given {window}"] for window in windows},
            echo=table.echo,
        )

    @classmethod
    def from_wide(cls, wide: Any, *, series: str | Sequence[str] | None = None) -> Panel:
        """Make a Panel from a wide frame: one row per series, one column per month.

        Parameters
        ----------
        wide : pandas, polars or Arrow table
            Months may also be the columns of a pandas frame whose index names the series.
        series : str or sequence of str, optional
            The key columns; by default every column whose heading is not a month.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import pandas as pd, spc
        >>> spc.Panel.from_wide(pd.DataFrame({"ward": ["Abbey"], "202406": [3], "202407": [5]}))
        Panel(1 series x 2 months, 2024-06 to 2024-07)
        """
        names = [series] if isinstance(series, str) else (None if series is None else list(series))
        table = frames.read_wide(wide, names)
        return cls(values=table.cells["value"], keys=table.keys, start=table.start, echo=table.echo)

    @classmethod
    def from_numpy(
        cls,
        values: Any,
        *,
        start: Any,
        of: Any = None,
        given: Mapping[int, Any] | None = None,
        keys: Mapping[str, Sequence[Any]] | Sequence[Any] | None = None,
    ) -> Panel:
        """Make a Panel from an array of one row per series.

        Parameters
        ----------
        values : array_like (n_series, n_periods) or (n_periods,)
            The counts or numerators; NaN = not observed. (n_series, n_periods, m) for subgroups.
        start : str, Period, date or None
            The first month; None for plain observation order (no calendar).
        of, given : array_like, optional
            Denominators, and ready window values by window length; shapes as `values`.
        keys : mapping or sequence, optional
            Names of the series; by default 0, 1, 2 ... under the key "series".

        Returns
        -------
        Panel

        Examples
        --------
        >>> import spc
        >>> spc.Panel.from_numpy([[3, 5, 4]], start="2024-05")
        Panel(1 series x 3 months, 2024-05 to 2024-07)
        """
        cells, within = means_of(values, of) if has_members(values) else (matrix("values", values), None)
        named = keys if isinstance(keys, Mapping) else {"series": range(len(cells)) if keys is None else keys}
        labels = frames.series_names(named, len(cells))
        return cls(
            values=cells,
            keys=labels,
            start=None if start is None else frames.month_ordinal(start, "start"),
            of=None if of is None else matrix("of", of, cells.shape),
            given={k: matrix(f"given[{k}]", v, cells.shape) for k, v in (given or {}).items()},
            within=within,
        )

    from_events: ClassVar[classmethod[Any, ..., Panel]] = classmethod(events.from_events)

    @property
    def n_series(self) -> int:
        """How many series there are."""
        return int(self.values.shape[0])

    @property
    def n_periods(self) -> int:
        """How many months, from the first month of any series to the last."""
        return int(self.values.shape[1])

    @property
    def months(self) -> tuple[str, ...]:
        """The months as "2024-07", or the observation numbers "1", "2" ... in plain order."""
        if self.start is None:
            return tuple(str(t + 1) for t in range(self.n_periods))
        return tuple(month_text(self.start + t) for t in range(self.n_periods))

    @cached_property
    def observed(self) -> Floats:
        """The plotted monthly value (n_series, n_periods): `value`, or `value / of` for ratios."""
        if self.of is None or not self.is_ratio.any():
            return self.values
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(self.of == 0.0, np.nan, self.values / self.of)
        return frozen(np.where(self.is_ratio[:, None], ratio, self.values))

    @cached_property
    def first_observed(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The position of the first observed month of each series (n_series,); n_periods if none."""
        seen = np.isfinite(self.observed)
        return np.where(seen.any(axis=1), seen.argmax(axis=1), self.n_periods).astype(np.int64)

    @property
    def measure_names(self) -> np.ndarray[Any, Any]:
        """The name of each series' measure (n_series,): the key "measure", or the only key there is."""
        if "measure" in self.keys or len(self.keys) == 1:
            return self.keys.get("measure", next(iter(self.keys.values())))
        raise ChoiceError(
            f"None of the keys {', '.join(map(repr, self.keys))} is called 'measure', so no catalogue fits: "
            "rename the key that names the measure."
        )

    def position(self, month: Any = None, name: str = "as_at") -> int:
        """Return the column of a month; None means the last one.

        Raises
        ------
        ChoiceError
            The month lies outside the panel.
        """
        if month is None:
            return self.n_periods - 1
        if self.start is None:
            at = whole(name, month, 1, max(self.n_periods, 1)) - 1
        else:
            at = frames.month_ordinal(month, name) - self.start
        if not 0 <= at < self.n_periods:
            raise ChoiceError(
                f"`{name}` must be a month from {self.months[0]} to {self.months[-1]}, got {month!r}."
            )
        return at

    def positions(self, as_at: Any = None) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the column of the month reported on, one for each series.

        `as_at` is one month for all (None: the last), or a sequence of one month for each series, as
        measures in arrears need it.
        """
        if isinstance(as_at, Ends):
            return as_at.columns
        if isinstance(as_at, np.ndarray) and as_at.ndim == 0:
            as_at = as_at.item()
        if isinstance(as_at, Iterable) and not isinstance(as_at, str):
            as_at = list(as_at)
            if len(as_at) != self.n_series:
                raise ChoiceError(
                    f"`as_at` must be one month, or one for each of the {self.n_series:,} series, "
                    f"got {len(as_at):,}."
                )
            columns = {str(month): self.position(month) for month in as_at}
            return np.array([columns[str(month)] for month in as_at], np.int64)
        return np.full(self.n_series, self.position(as_at), np.int64)

    def aligned(self, ends: np.ndarray[Any, Any], n_months: int) -> tuple[Floats, Floats]:
        """Return the last `n_months` up to each series' own end: numerators and denominators.

        Both are (n_series, n_months), NaN before the calendar begins; denominators are 1 where a series is
        no ratio.
        """
        top = self.aligned_cells(self.values, ends, n_months)
        below = np.ones_like(top)
        if self.of is not None and self.is_ratio.any():
            below = np.where(self.is_ratio[:, None], self.aligned_cells(self.of, ends, n_months), 1.0)
        return top, below

    def aligned_cells(self, cells: Floats, ends: np.ndarray[Any, Any], n_months: int) -> Floats:
        """Return `cells` for the last `n_months` up to each series' end, NaN before the calendar begins."""
        columns = ends[:, None] - np.arange(n_months - 1, -1, -1)
        taken = np.take_along_axis(cells, np.maximum(columns, 0), axis=1)
        return np.where(columns >= 0, taken, np.nan)

    def until(self, month: Any) -> Panel:
        """Return the panel as it ends with `month`: what was known then, if nothing was revised."""
        stop = self.position(month) + 1
        return replace(self, **self._cut(np.s_[:, :stop]))

    def select(self, series: Any = None, /, **keys: Any) -> Panel:
        """Return some of the series.

        Parameters
        ----------
        series : array_like, optional
            A mask (n_series,) of bool, or positions of series in the wanted order.
        **keys
            Key columns and the value, or list of values, to keep: ``panel.select(area="Swindon")``.

        Returns
        -------
        Panel

        Raises
        ------
        ChoiceError
            A key that the panel does not have, or a value that no series has.
        """
        rows = np.arange(self.n_series) if series is None else chosen(series, self.n_series)
        rows = named_rows(self.keys, keys, rows)
        return replace(
            self,
            **self._cut(rows),
            keys={name: labels[rows] for name, labels in self.keys.items()},
            is_ratio=self.is_ratio[rows],
            refused=self.refused[rows],
            report=None,
        )

    def _cut(self, where: Any) -> dict[str, Any]:
        return {
            "values": self.values[where],
            "of": None if self.of is None else self.of[where],
            "given": {window: cells[where] for window, cells in self.given.items()},
            "within": self.within and self.within.cut(where),
        }

    def parts(self, s: int) -> tuple[Floats, Floats | None]:
        """Return the values of series `s` and its denominators, None where it is no ratio."""
        return self.values[s], self.of[s] if self.of is not None and self.is_ratio[s] else None

    def name(self, s: int) -> str:
        """Return the keys of series `s` in one text, as errors and pages show them."""
        return " / ".join(str(labels[s]) for labels in self.keys.values())

    def to_frame(self) -> Any:
        """Return tidy rows, one per series and month: keys, month, value, and of and given if any."""
        fields: dict[str, Any] = {"value": self.values}
        if self.of is not None:
            fields["of"] = self.of
        fields |= {f"given_{window}": cells for window, cells in self.given.items()}
        return frames.tidy_months(self.keys, self.start, self.echo, fields)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # numpy forgets in a pickle that an array is read-only

    def __repr__(self) -> str:
        if not self.n_series or not self.n_periods:
            return f"Panel({self.n_series:,} series x {self.n_periods:,} months)"
        if self.start is None:
            return f"Panel({self.n_series:,} series x {self.n_periods:,} observations)"
        span = f"{self.months[0]} to {self.months[-1]}"
        return f"Panel({self.n_series:,} series x {self.n_periods:,} months, {span})"
