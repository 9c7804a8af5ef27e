"""What the commands do, once their options are read: the heavy rooms are imported here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from spc.agreeing import agreeable_bytes, agreed
from spc.baselines import Window
from spc.charts.agreed import Agreed
from spc.checks import ChoiceError, InputError
from spc.cli.cataloguing import catalogue_in, lacking
from spc.cli.complaining import TOLD, told
from spc.cli.settings import Settings
from spc.inert import visible
from spc.panel import Panel
from spc.printed import WORDS, heaviest, scorecard_columns, text_table
from spc.publishing import publish
from spc.publishing.remarks import Remarks
from spc.reading import read
from spc.reading.street import street_files
from spc.scoring import SHOWN_BY, Scorecard, scorecard
from spc.tables import TABLE_ENDINGS, Columns, write_table
from spc.wording import month_text, period_word, quoted
from spc.writing import Delivery, sha256

__all__ = [
    "Outcome",
    "Say",
    "check",
    "check_ending",
    "fingerprints",
    "make_scorecard",
    "manifest_of",
    "outcome_of",
    "read_panel",
    "sources_of",
    "stamps_of",
    "table_writer",
]

#: Is told what is being done.
Say = Callable[[str], None]

#: Page to the method of a scorecard that writes it: `card.to_html(binary file, form=, columns=, top=)`.
PAGES = {".html": "to_html", ".xlsx": "to_excel"}
#: Series whose cells are written in one piece: 2,048 x 120 months are 250,000 rows, some 40 MB.
SERIES_AT_A_TIME = 2_048
WAYS = ("in", "used", "missing", "reported", "superseded", "revised", "filled")
ASKED_OF_SCORECARD = ("as-at", "rules", "chart", "forecast")
ASKED_OF_READ = ("month", "value", "of", "layout", "sheet", "totals", "by", "missing", "ignore", "strict")


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, the page for the console, what was refused and noted."""

    code: int
    page: tuple[str, ...]
    refused: tuple[str, ...] = ()


def make_scorecard(settings: Settings, say: Say) -> Outcome:
    """Read, score, write: `spc scorecard`."""
    outputs: tuple[Path, ...] = settings["out"]
    for path in outputs:
        check_ending("--out", path, (*TABLE_ENDINGS, *(e for e, name in PAGES.items() if _can_show(name))))
    to_agree: Path | None = settings["save-limits"]
    if to_agree is not None:
        _refuse_true_limits(settings, to_agree)
        outputs = (*outputs, to_agree)
    said = {}
    sources = sources_of(settings)
    with Delivery(outputs, inputs=sources, manifest=True) as delivery:
        stamps = stamps_of(sources)
        panel = read_panel(settings, say)
        say("scoring")
        true = _card(settings, panel)
        card = _published(settings, true)
        columns = scorecard_columns(card, form=settings["form"] or "2024", columns=settings["columns"])
        for path in outputs:
            say(f"writing {path.name}")
            if path == to_agree:
                write, said[path] = _limits_writer(true, path)
                delivery.stage(path, write)
            else:
                delivery.stage(path, _writer(path, columns, card, settings))
                said[path] = _summary(card)
        hashes = fingerprints(sources, stamps)
        if outputs:
            about = {"as_at": _as_at(card), "rows": panel.n_series, "columns": list(columns)}
            delivery.publish(manifest_of(settings, hashes, panel) | about)
    page = [] if outputs and not settings["top"] else [_page(settings, card)]
    return outcome_of(settings, panel, [*page, *(f"{path}: {said[path]}" for path in outputs)])


def check(settings: Settings, say: Say) -> Outcome:
    """Read and report: `spc check`."""
    outputs = [path for path in (settings["clean"], settings["problems"]) if path is not None]
    for name in ("clean", "problems"):
        if settings[name] is not None:
            check_ending(f"--{name}", settings[name], TABLE_ENDINGS)
    sources = sources_of(settings)
    with Delivery(outputs, inputs=sources, manifest=True) as delivery:
        stamps = stamps_of(sources)
        panel = read_panel(settings, say)
        for path in outputs:
            say(f"writing {path.name}")
            parts = _cells(panel) if path == settings["clean"] else iter([_problem_columns(panel)])
            delivery.stage(path, table_writer(path, parts))
        hashes = fingerprints(sources, stamps)
        if outputs:
            delivery.publish(manifest_of(settings, hashes, panel))
    found = len(panel.report.problems)
    cells = f"{panel}: {' + '.join(_accounts(panel))}; {found:,} problem{'' if found == 1 else 's'}."
    return outcome_of(settings, panel, [cells, *(f"{path}: written" for path in outputs)])


def outcome_of(settings: Settings, panel: Panel, page: list[str]) -> Outcome:
    """Say how a command ended: problems of its input, sheets left unread, measures its catalogue lacks."""
    problems = panel.report.problems
    refused = told(problems, rest="`spc check --problems FILE` lists them all.")
    if panel.report.unread:
        refused.append(f"Other sheets are not read: {quoted(panel.report.unread)}; name one with --sheet.")
    refused += lacking(settings["measures"], panel)
    return Outcome(4 if problems else 0, tuple(page), tuple(refused))


def read_panel(settings: Settings, say: Say) -> Panel:
    """Read the inputs as the options ask."""
    say(f"reading {', '.join(map(str, settings.inputs))}")
    asked: dict[str, Any] = {name: settings[name] for name in ASKED_OF_READ if settings[name]}
    if settings["keys"]:
        asked["keys"] = list(settings["keys"])
    if settings["given"]:
        asked["given"] = dict(settings["given"])
    source = settings.inputs[0] if len(settings.inputs) == 1 else list(settings.inputs)
    panel = read(source, measures=catalogue_in(settings["measures"]), **asked)
    say(f"{panel.n_series:,} series, {panel.months[0]} to {panel.months[-1]}")
    return panel


def _card(settings: Settings, panel: Panel) -> Scorecard:
    asked = {name.replace("-", "_"): settings[name] for name in ASKED_OF_SCORECARD if settings[name]}
    if settings["agreed"] is not None:
        asked["agreed"] = _agreed(settings)
    if settings["phases"]:
        asked["phase"] = settings["phases"]
    baseline = settings["baseline"]
    if isinstance(baseline, tuple) and isinstance(baseline[0], int):
        if baseline[1] > baseline[0]:
            raise ChoiceError(
                f"`--baseline` must look further back than its first part, got {baseline[0]}:{baseline[1]}."
            )
        baseline = Window(baseline[0], first=baseline[1])
    if baseline is not None:
        asked["baseline"] = baseline
    return scorecard(panel, measures=catalogue_in(settings["measures"]), **asked)


def _agreed(settings: Settings) -> Agreed:
    for name in ("baseline", "chart", "phases"):
        if settings[name]:
            raise ChoiceError(f"`--agreed` holds the limits as they are, so `--{name}` has nothing to say.")
    try:
        return agreed(settings["agreed"])
    except OSError as reason:
        raise InputError(f"The limits {settings['agreed']} cannot be read: {reason.strerror}.") from None


def _refuse_true_limits(settings: Settings, path: Path) -> None:
    """Refuse limits beside a paper that must not tell them: the file holds the exact sums of the months."""
    check_ending("--save-limits", path, (".csv",))
    for name in ("suppress-below", "round-to"):
        if settings[name] is not None:
            raise ChoiceError(
                f"`--save-limits` writes the limits of the true figures, which `--{name}` is there to keep "
                "back: save them in a run of its own."
            )


def _limits_writer(card: Scorecard, path: Path) -> tuple[Callable[[BinaryIO], object], str]:
    """Return what writes the limits that a file can hold, and what to say of them and of the others."""
    written, found, lost = agreeable_bytes(card.limits, path.name)
    said = f"limits of {len(set(found.names)):,} series to be agreed"
    if lost:
        names = ", ".join(visible(card.panel.name(s)) for s in lost[:TOLD])
        more = f" and {len(lost) - TOLD:,} more" if len(lost) > TOLD else ""
        said += (
            f"; {len(lost):,} left out, whose charts draw their lines from more than a centre and a sigma: "
            f"{names}{more}"
        )
    return lambda target: target.write(written), said


def _published(settings: Settings, card: Scorecard) -> Scorecard:
    """Return the scorecard as it may be published, where options ask for it."""
    asked = {name: settings[name.replace("_", "-")] for name in ("suppress_below", "round_to")}
    if settings["remarks"] is not None:
        asked["remarks"] = _remarks(settings["remarks"])
    return publish(card, **asked) if any(value is not None for value in asked.values()) else card


def _remarks(path: Path) -> Remarks:
    try:
        return Remarks.from_toml(path) if path.suffix.lower() == ".toml" else Remarks.from_csv(path)
    except OSError as reason:
        raise InputError(f"The remarks {path} cannot be read: {reason.strerror}.") from None


def _page(settings: Settings, card: Scorecard) -> str:
    top, n_series = settings["top"], card.panel.n_series
    if settings["columns"] or settings["form"] == "2022":
        form = settings["form"] or "2024"
        rows = heaviest(card, top) if top else list(range(n_series))
        asked = settings["columns"]
        text = text_table(scorecard_columns(card, form=form, columns=asked, numbers=False, rows=rows))
        if len(rows) < n_series:
            text += f"\nThe {len(rows):,} heaviest of {n_series:,} series."
    else:
        text = card.to_text(top=top)
    return "\n".join(map(visible, text.split("\n")))


def _writer(
    path: Path, columns: Columns, card: Scorecard, settings: Settings
) -> Callable[[BinaryIO], object]:
    if path.suffix.lower() in TABLE_ENDINGS:
        return table_writer(path, iter([columns]))
    options = {name: settings[name] for name in ("form", "columns", "top") if settings[name]}
    method = getattr(card, PAGES[path.suffix.lower()])
    return lambda target: method(target, **options)


def table_writer(path: Path, parts: Iterator[Columns]) -> Callable[[BinaryIO], object]:
    """Return what writes columns into a file that ends in one of `TABLE_ENDINGS`."""
    return lambda target: write_table(path.suffix.lower(), parts, target, ours=WORDS)


def _cells(panel: Panel) -> Iterator[Columns]:
    """Yield every cell as it was understood: keys, month, value, and `of` and given windows if any."""
    months = np.array(panel.months, dtype=object)
    one = len(panel.keys) == 1
    for first in range(0, panel.n_series, SERIES_AT_A_TIME):
        rows = slice(first, first + SERIES_AT_A_TIME)
        n_series = len(panel.values[rows])
        part: dict[str, Any] = {}
        for name, labels in panel.keys.items():
            part["series" if one else name] = np.repeat(labels[rows], panel.n_periods)
        part["month"] = np.tile(months, n_series)
        part["value"] = panel.values[rows].reshape(-1)
        if panel.of is not None:
            part["of"] = panel.of[rows].reshape(-1)
        part |= {f"given_{window}": cells[rows].reshape(-1) for window, cells in panel.given.items()}
        yield part


def _problem_columns(panel: Panel) -> Columns:
    names = ("series", "month", "raw", "rule", "remedy", "severity", "sentence")
    problems = panel.report.problems
    return {name: np.array([getattr(p, name) for p in problems], dtype=object) for name in names}


def _accounts(panel: Panel) -> list[str]:
    """Say where the cells went: "5 cells in = 4 used", "1 reported" ..."""
    report = panel.report
    ways = {way: getattr(report, f"cells_{way}") for way in ("missing", "reported", "superseded")}
    first = f"{report.cells_in:,} cells in = {report.cells_used:,} used"
    return [first, *(f"{count:,} {way}" for way, count in ways.items() if count)]


def _summary(card: Scorecard) -> str:
    flagged = int(np.count_nonzero(card.exceptions.at))
    at = f"{period_word(card.panel.start)} " if card.panel.start is None else ""
    return f"{card.panel.n_series:,} series as at {at}{_as_at(card)}, {flagged:,} with exceptions"


def _as_at(card: Scorecard) -> str:
    return month_text(card.as_at) if card.panel.start is not None else str(card.as_at + 1)


def check_ending(option: str, path: Path, allowed: tuple[str, ...]) -> None:
    """Refuse a file whose ending says nothing to the option."""
    if path.suffix.lower() not in allowed:
        raise ChoiceError(f"`{option}` must end in {', '.join(allowed)}, got {path}.")


def _can_show(method: str) -> bool:
    return hasattr(Scorecard, method) and method.removeprefix("to_") in SHOWN_BY


def sources_of(settings: Settings) -> list[Path]:
    """Return every file that is read, the inputs first; a folder stands for its street files."""
    if settings["measures"] is not None:
        check_ending("--measures", settings["measures"], (".toml", ".csv"))
    found: list[Path] = []
    for source in settings.inputs:
        found += street_files(source) if source.is_dir() else [source]
    if settings["remarks"] is not None:
        check_ending("--remarks", settings["remarks"], (".toml", ".csv"))
    if settings["agreed"] is not None:
        check_ending("--agreed", settings["agreed"], (".csv",))
    beside = (settings["measures"], settings["remarks"], settings["agreed"], settings.found)
    return [*found, *(path for path in beside if path is not None)]


def stamps_of(sources: list[Path]) -> list[tuple[int, int, int]]:
    """Return what changes when a file does; hashing waits until the reader has found its size bearable."""
    found = []
    for path in sources:
        try:
            stat = path.stat()
        except OSError as reason:
            raise InputError(f"{path} cannot be read: {reason.strerror or reason}.") from None
        found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return found


def fingerprints(sources: list[Path], stamps: list[tuple[int, int, int]]) -> dict[Path, str]:
    """Return the SHA-256 of every source, if they are still what was read."""
    found = {path: sha256(path) for path in sources}
    if stamps_of(sources) != stamps:
        raise InputError("The input changed while it was read: run again when it is complete.")
    return found


def manifest_of(settings: Settings, hashes: dict[Path, str], panel: Panel) -> dict[str, Any]:
    """Say what the outputs were made from; no clock and no folder, so that equal runs are equal bytes."""
    report = panel.report
    return {
        "command": f"spc {settings.command}",
        "versions": {name: metadata.version(name) for name in ("opcc-spc", "numpy", "pandas", "pyarrow")},
        "inputs": [{"name": path.name, "sha256": digest} for path, digest in hashes.items()],
        "options": settings.options,
        "series": panel.n_series,
        "months": [panel.months[0], panel.months[-1]],
        "cells": {way: getattr(report, f"cells_{way}") for way in WAYS},
        "problems": len(report.problems),
    }
