"""Remarks: what an analyst has to say of a row, and which exceptions are known, from month to month."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spc.checks import ChoiceError, InputError, choice
from spc.covers import Beside
from spc.frames import month_ordinal
from spc.inert import csv_text, visible
from spc.scoring import Scorecard
from spc.toml_files import toml_content
from spc.wording import month_text
from spc.writing import Delivery

__all__ = ["Remark", "Remarks"]

KINDS = ("comment", "acknowledged")
SIDES = ("high", "low", "either")
#: What a row says besides the keys of its series.
FIELDS = ("month", "until", "author", "side", "text")
HIGH, LOW = np.uint32(0x55555555), np.uint32(0xAAAAAAAA)
HEADINGS = {"acknowledged": "Known", "comment": "Comment"}


@dataclass(frozen=True)
class Remark:
    """One remark on the series that have these keys.

    Parameters
    ----------
    series : mapping of key to name
        All keys of a series, or some of them: ``{"measure": "ASB"}`` is said of every area.
    month : str
        The month of the paper in which it was said.
    text : str
    kind : {"comment", "acknowledged"}
    author : str
    until : str, optional
        The last month in which it stands; by default only its own.
    side : {"either", "high", "low"}
        Of an acknowledged exception: the side that is known. One on the other side is not.

    Examples
    --------
    >>> import spc
    >>> spc.Remark({"measure": "ASB"}, month="Jul-24", text="School holidays.").month
    '2024-07'
    """

    series: Mapping[str, str]
    month: str
    text: str
    kind: str = "comment"
    author: str = ""
    until: str | None = None
    side: str = "either"

    def __post_init__(self) -> None:
        choice("kind", self.kind, KINDS)
        choice("side", self.side, SIDES)
        for name in ("text", "author"):
            object.__setattr__(self, name, str(getattr(self, name)).strip())
        if not self.series or not self.text:
            raise ChoiceError(f"A remark needs the keys of its series and a `text`, got {self.series!r}.")
        object.__setattr__(self, "series", {str(key): str(name) for key, name in self.series.items()})
        object.__setattr__(self, "month", month_text(month_ordinal(self.month, "month")))
        if self.until is not None:
            object.__setattr__(self, "until", month_text(month_ordinal(self.until, "until")))
            if self.until < self.month:
                raise ChoiceError(f"`until` must not lie before {self.month}, got {self.until!r}.")

    def stands(self, month: str) -> bool:
        """Whether it stands in the paper of a month: from its own to `until`."""
        return self.month <= month <= (self.until or self.month)


@dataclass(frozen=True)
class Remarks:
    """The remarks of all months, as they stand in a side file.

    A comment stands in the paper of its own month, and with `until` in those up to that month, with the month
    in which it was made. An acknowledged exception does the same, and is shown where an exception stands on
    its side. Nothing is carried further by itself.

    Parameters
    ----------
    rows : sequence of Remark

    Examples
    --------
    >>> import spc
    >>> known = spc.Remark({"series": "0"}, month="2024-05", until="2024-12", kind="acknowledged",
    ...                    text="new operating model", side="high")
    >>> panel = spc.Panel.from_numpy([[100, 104, 97, 101] * 9 + [160]], start="2021-07")
    >>> card = spc.publish(spc.scorecard(panel), remarks=spc.Remarks([known]))
    >>> card.to_frame()["acknowledged"].tolist()
    ['known (High): new operating model, until Dec-2024']
    """

    rows: tuple[Remark, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(self.rows))

    @classmethod
    def from_toml(cls, path: str | Path) -> Remarks:
        """Read ``[[comment]]`` and ``[[acknowledged]]`` tables; what is no field of a remark is a key."""
        content = toml_content(path)
        for name in content:
            if name not in KINDS or not isinstance(content[name], list):
                raise InputError(
                    f"{Path(path).name}: {name!r} is not one of the tables [[comment]] and [[acknowledged]]."
                )
        rows = [(kind, {**row}) for kind in KINDS for row in content.get(kind, ())]
        return cls(tuple(_remarks(rows, Path(path).name)))

    @classmethod
    def from_csv(cls, path: str | Path) -> Remarks:
        """Read a CSV file with the columns kind, month, until, author, side, text, and the keys."""
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
            read = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as reason:
            raise InputError(f"{Path(path).name} is no CSV file that can be read: {reason}.") from None
        if any(None in row or None in row.values() for row in read):
            raise InputError(f"{Path(path).name} has a row with more or fewer cells than headings.")
        rows = [{_plain(key): _plain(cell) for key, cell in row.items() if cell} for row in read]
        return cls(tuple(_remarks([(row.pop("kind", ""), row) for row in rows], Path(path).name)))

    def to_csv(self, path: str | Path) -> None:
        """Write a CSV file that `from_csv` reads back as equal remarks; names in it are never formulas."""
        keys = list(dict.fromkeys(key for row in self.rows for key in row.series))
        out = io.StringIO(newline="")
        sheet = csv.writer(out, lineterminator="\n")
        sheet.writerow(["kind", *map(csv_text, keys), *FIELDS])
        for row in self.rows:
            cells = [row.series.get(key, "") for key in keys]
            sheet.writerow(map(csv_text, [row.kind, *cells, *(getattr(row, name) or "" for name in FIELDS)]))
        with Delivery([Path(path)]) as delivery:
            delivery.stage(Path(path), lambda target: target.write(out.getvalue().encode()))
            delivery.publish()

    def beside(self, card: Scorecard) -> tuple[Beside, ...]:
        """Return the remarks that stand in a scorecard's month as columns beside it.

        Raises
        ------
        InputError
            A remark that stands in this month, but on no series of the scorecard.
        """
        if card.panel.start is None:
            raise ChoiceError("`remarks` are of calendar months, and this scorecard has none.")
        month = month_text(card.as_at)
        texts: dict[str, list[list[str]]] = {
            kind: [[] for _ in range(card.panel.n_series)] for kind in ("acknowledged", "comment")
        }
        for row in self.rows:
            if row.stands(month):
                for s in _said_of(row, card):
                    texts[row.kind][s].append(_words(row, month))
        columns = []
        for kind, said in texts.items():
            joined = np.array(["; ".join(row) for row in said], dtype=object)
            if (joined != "").any():
                columns.append(Beside(kind, HEADINGS[kind], joined))
        return tuple(columns)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Remark]:
        return iter(self.rows)


def _remarks(rows: list[tuple[str, dict[str, Any]]], source: str) -> Iterator[Remark]:
    for number, (kind, row) in enumerate(rows, 1):
        fields = {name: str(row.pop(name)) for name in FIELDS if name in row}
        try:
            yield Remark(row, kind=kind, **{"month": "", "text": "", **fields})
        except ChoiceError as reason:
            raise InputError(f"{source}, remark {number}: {reason}") from None


def _said_of(row: Remark, card: Scorecard) -> list[int]:
    """Return the series that a remark is about; if it acknowledges, those with an exception on its side."""
    found = np.ones(card.panel.n_series, np.bool_)
    for key, name in row.series.items():
        if key not in card.panel.keys:
            raise InputError(
                f"A remark of {row.month} names the key {key!r}, not one of {list(card.panel.keys)}."
            )
        found &= card.panel.keys[key] == name
    if not found.any():
        named = ", ".join(f"{key} = {name!r}" for key, name in row.series.items())
        raise InputError(f"A remark of {row.month} is about {named}, which no series has: mend its name.")
    if row.kind == "acknowledged":
        bits = {"high": HIGH, "low": LOW, "either": HIGH | LOW}[row.side]
        found &= card.monthly & (card.exceptions.at & bits != 0)
    return np.flatnonzero(found).tolist()


def _words(row: Remark, month: str) -> str:
    text = visible(row.text)
    if row.kind == "acknowledged":
        side = f" ({row.side.capitalize()})" if row.side != "either" else ""
        until = f", until {_short(row.until)}" if row.until else ""
        return f"known{side}: {text.rstrip('.')}{until}"
    who = [visible(row.author)] if row.author else []
    when = [_short(row.month)] if row.month != month else []
    return f"{text} ({', '.join(who + when)})" if who + when else text


def _short(month: str) -> str:
    return month_text(month_ordinal(month, "month"), "short")


def _plain(cell: str) -> str:
    """Undo the apostrophe that keeps a CSV cell from being a formula."""
    return cell[1:] if cell.startswith("'") and csv_text(cell[1:]) == cell else cell
