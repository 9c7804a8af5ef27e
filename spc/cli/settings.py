"""What the user asked for: the command line, and `spc.toml` where the command line is silent.

Options are a table; the parser, the reader of `spc.toml` and the page of the documentation follow it.
Nothing here imports numpy or pandas, so that `spc --help` is there at once.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from spc.checks import ChoiceError, whole

__all__ = ["COMMANDS", "OPTIONS", "Option", "Settings", "as_options", "parser", "settings_of"]

FILE = "spc.toml"
#: How the library names an argument that would mend the matter: missing=['<5'].
_ARGUMENT = re.compile(r"""\b(missing|ignore)=\[('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]""")
#: Arguments named without a value: "name it with month=".
_BARE = re.compile(r"(?<![\w-])(month|value|of|keys|ignore|missing|sheet|layout|given|measures)=(?![\w=])")
#: Command to what it does; a command without options takes no input either.
COMMANDS = {
    "scorecard": "make the scorecard of a month: windows, changes, trends, exceptions, weightings",
    "forecast": "forecast the months to come, with limits of prediction",
    "check": "read the input, list every problem, change nothing",
    "warm": "compile every kernel, so that the next run starts at once",
}
READERS = ("scorecard", "forecast", "check")
PAGES = ("scorecard", "forecast")


def _months_or_window(text: str) -> Any:
    """Read a baseline: `all`, a number of months, `span:first`, or `first..last` months."""
    if text == "all":
        return text
    if ".." in text:
        first, _, last = text.partition("..")
        return (first.strip(), last.strip())
    span, colon, first = text.partition(":")
    if span.isdecimal() and first.isdecimal() == bool(colon):
        return (int(span), int(first)) if colon else int(span)
    raise ChoiceError(f"`--baseline` must be all, 24, 36:24 or 2021-08..2023-07, got {text!r}.")


def _count_for(name: str, most: int = 1_000_000) -> Callable[[str], int]:
    return lambda text: whole(name, int(text) if text.isdecimal() else text, 1, most)


def _number_for(name: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise ChoiceError(f"`{name}` must be a number, got {text!r}.") from None

    return read


def _low_and_high(text: str) -> tuple[float | None, float | None]:
    """Read `low..high`, of which one may be left out."""
    low, dots, high = text.partition("..")
    try:
        found = (float(low) if low.strip() else None, float(high) if high.strip() else None)
    except ValueError:
        found = (None, None)
    if not dots or found == (None, None):
        raise ChoiceError(f"`--bounds` must be low..high, as 0..100 or 0.., got {text!r}.")
    return found


def _window_column(text: str) -> tuple[int, str]:
    window, equals, column = text.partition("=")
    if not equals or not column or not window.isdecimal():
        raise ChoiceError(f"`--given` must be a window and its column, as 12=given_12, got {text!r}.")
    return whole("--given", int(window), 1, 1200), column


@dataclass(frozen=True)
class Option:
    """One option: its name on the command line and in `spc.toml`, and how its text is read.

    `many` takes several values and may be repeated; a `switch` takes none; `place` says whether a path is
    read or written.
    """

    name: str
    about: str
    commands: tuple[str, ...]
    shape: str = ""
    read: Callable[[str], Any] = str
    many: bool = False
    switch: bool = False
    choices: tuple[str, ...] = ()
    place: str = ""


OPTIONS = {
    option.name: option
    for option in (
        Option("measures", "catalogue of measures (.toml or .csv)", READERS, "FILE", Path, place="read"),
        Option("keys", "columns that together name a series (default: all text columns)", READERS, "COLUMN",
               many=True),
        Option("month", "column of the months (default: month)", READERS, "COLUMN"),
        Option("value", "column of the values or numerators (default: value, or numerator)", READERS,
               "COLUMN"),
        Option("of", "column of the denominators (default: denominator)", READERS, "COLUMN"),
        Option("given", "columns of ready window values, as 3=given_3 12=given_12", READERS, "MONTHS=COLUMN",
               _window_column, many=True),
        Option("ignore", "columns to leave out", READERS, "COLUMN", many=True),
        Option("missing", "texts that stand for a missing value", READERS, "TEXT", many=True),
        Option("layout", "auto, long, wide, london_wards, london_boroughs or street (default: auto)", READERS,
               "NAME"),
        Option("sheet", "sheet of a workbook (default: the first that is not hidden)", READERS, "NAME"),
        Option("totals", "refuse or keep series called Total, All, Grand total (default: refuse)", READERS,
               "WORD"),
        Option("by", "areas into which street-level records are counted: lsoa or force (default: lsoa)",
               READERS, "WORD"),
        Option("as-at", "month reported on (default: the last)", PAGES, "MONTH"),
        Option("method", "how to forecast: auto, theta, ets, seasonal_naive ... (default: auto)",
               ("forecast",), "NAME"),
        Option("horizon", "months ahead, 1 to 120 (default: 12)", ("forecast",), "MONTHS",
               _count_for("--horizon", 120)),
        Option("level", "share of months that should lie within the limits, in per cent (default: 95)",
               ("forecast",), "PERCENT", _number_for("--level")),
        Option("bounds", "lowest and highest that figures can be, as 0..100 or 0.. (default: 0.. where none "
               "is negative)", ("forecast",), "LOW..HIGH", _low_and_high),
        Option("days", "forecast counts as if all months had the same days: month (all of them) or working "
               "(default: as they are)", ("forecast",), "WORD", choices=("month", "working")),
        Option("baseline", "months that set the limits: all, 24 (the first 24), 36:24 (of the last 36 the "
               "first 24) or 2021-08..2023-07 (default: 36:24)", ("scorecard",), "MONTHS", _months_or_window),
        Option("rules", "rules of exception (default: opcc)", ("scorecard",), "NAME"),
        Option("chart", "control chart: auto, xmr, small_count ... (default: auto)", ("scorecard",), "NAME"),
        Option("forecast", "set the month against its forecast by this method, as auto (default: none)",
               ("scorecard",), "METHOD"),
        Option("phases", "where limits begin afresh: steps, those of the catalogue (default: nowhere)",
               ("scorecard",), "WORD", choices=("steps",)),
        Option("agreed", "limits that were agreed and saved (.csv), in place of a baseline", ("scorecard",),
               "FILE", Path, place="read"),
        Option("save-limits", "write the limits to be agreed, for `--agreed` (.csv)", ("scorecard",), "FILE",
               Path, place="written"),
        Option("form", "form of the published page (default: 2024)", ("scorecard",), "YEAR",
               choices=("2024", "2022")),
        Option("columns", "columns to give, in this order (default: those of the form)", ("scorecard",),
               "NAME", many=True),
        Option("top", "show only the N heaviest rows on pages and the console; data files hold all",
               ("scorecard",), "N", _count_for("--top")),
        Option("suppress-below", "hide counts from 1 to N less 1, and what would give them away",
               ("scorecard",), "N", _count_for("--suppress-below")),
        Option("round-to", "round counts to the nearest multiple of N", ("scorecard",), "N",
               _count_for("--round-to")),
        Option("remarks", "comments and acknowledged exceptions (.toml or .csv)", ("scorecard",), "FILE",
               Path, place="read"),
        Option("out", "file to write; its ending says how: .csv .parquet .html .xlsx (default: a table "
               "here; a forecast has no .html and .xlsx)", PAGES, "FILE", Path, many=True, place="written"),
        Option("clean", "write every cell as it was understood (.csv or .parquet)", ("check",), "FILE", Path,
               place="written"),
        Option("problems", "write every problem (.csv or .parquet)", ("check",), "FILE", Path,
               place="written"),
        Option("strict", "refuse the whole input for one bad cell", READERS, switch=True),
        Option("progress", "say what is being done", READERS, switch=True),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """A command, its inputs, and the options that were given, read.

    `found` is the `spc.toml` that was taken into account, if any.
    """

    command: str
    inputs: tuple[Path, ...] = ()
    given: Mapping[str, Any] | None = None
    found: Path | None = None

    def __getitem__(self, name: str) -> Any:
        option = OPTIONS[name]
        return (self.given or {}).get(name, False if option.switch else () if option.many else None)

    @property
    def options(self) -> dict[str, Any]:
        """The options that bear on the outputs, as the manifest prints them."""
        return {
            name: [_plain(v) for v in value] if OPTIONS[name].many else _plain(value)
            for name, value in sorted((self.given or {}).items())
            if name != "progress"
        }


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ChoiceError(f"{message[0].upper()}{message[1:]}: see `{self.prog} --help`.")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, made from `COMMANDS` and `OPTIONS`."""
    top = _Parser(
        prog="spc",
        description="Statistical process control for the scorecards of Offices of the Police and Crime "
        "Commissioner.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="store_true", help="print the version")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for command, about in COMMANDS.items():
        one = commands.add_parser(
            command,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            epilog=f"Options may also stand in {FILE}, beside the input or here; the command line wins.",
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        mine = [option for option in OPTIONS.values() if command in option.commands]
        if mine:
            one.add_argument(
                "inputs",
                metavar="INPUT",
                nargs="+",
                help="file of figures (.csv .csv.gz .xlsx .parquet), folder of street files, or releases of "
                "one table",
            )
        for option in mine:
            _add(one, option)
    return top


def _add(command: argparse.ArgumentParser, option: Option) -> None:
    about = option.about.replace("%", "%%")
    if option.switch:
        command.add_argument(f"--{option.name}", dest=option.name, action="store_true", help=about)
    elif option.many:
        command.add_argument(
            f"--{option.name}", dest=option.name, metavar=option.shape, nargs="+", action="extend", help=about
        )
    else:
        command.add_argument(f"--{option.name}", dest=option.name, metavar=option.shape, help=about)


def settings_of(words: Sequence[str]) -> Settings:
    """Read the command line, and what `spc.toml` adds to it.

    Raises
    ------
    ChoiceError
        An unknown option, a value that cannot be read, a key of `spc.toml` that is none of ours.
    """
    raw = vars(parser().parse_args(list(words)))
    command, wants_version = raw.pop("command"), raw.pop("version")
    if wants_version or command is None:
        return Settings("version" if wants_version else "help")
    if "inputs" not in raw:
        return Settings(command)
    sources = tuple(map(Path, raw.pop("inputs")))
    given = {name: _read(OPTIONS[name], value, f"--{name}") for name, value in raw.items()}
    found = _settings_file(sources[0])
    if found is not None:
        given = {**_from_file(found, command), **given}
    return Settings(command, sources, given, found)


def as_options(sentence: str) -> str:
    """Name options where a sentence of the library names arguments.

    Examples
    --------
    >>> print(as_options("'<5' is no number: declare it with missing=['<5']; `as_at` must be a month."))
    '<5' is no number: declare it with --missing '<5'; `--as-at` must be a month.
    """
    for name in OPTIONS:
        sentence = sentence.replace(f"`{name.replace('-', '_')}`", f"`--{name}`")
    sentence = _ARGUMENT.sub(r"--\1 \2", sentence)
    sentence = _BARE.sub(r"--\1", sentence)
    return sentence.replace("spc.Window(36, first=24)", "36:24")


def _read(option: Option, value: Any, source: str) -> Any:
    """Turn the text or texts of an option into its value."""
    if option.switch:
        return bool(value)
    if option.many:
        return tuple(_read_one(option, text, source) for text in value)
    return _read_one(option, value, source)


def _read_one(option: Option, text: str, source: str) -> Any:
    if option.choices and text not in option.choices:
        raise ChoiceError(f"`{source}` must be one of {', '.join(option.choices)}, got {text!r}.")
    try:
        return option.read(text)
    except ChoiceError as refusal:
        raise ChoiceError(str(refusal).replace(f"`--{option.name}`", f"`{source}`")) from None


def _settings_file(source: Path) -> Path | None:
    """Return the `spc.toml` beside the input, else the one in the working folder, if there is any."""
    folder = source if source.is_dir() else source.parent
    return next((found for found in (folder / FILE, Path(FILE)) if found.is_file()), None)


def _from_file(path: Path, command: str) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise ChoiceError(f"{path} cannot be read as TOML: {reason}.") from None
    given = {}
    for key, value in content.items():
        name = key.replace("_", "-")
        if name not in OPTIONS:
            raise ChoiceError(f"{path}: {key!r} is not one of {', '.join(OPTIONS)}.")
        if name in given:
            raise ChoiceError(f"{path}: {name!r} is given twice.")
        option = OPTIONS[name]
        texts = _texts(option, value, f"{path}: {key}")
        read = _read(option, texts, f"{path}: {key}")
        given[name] = _placed(option, read, path)
    return {name: value for name, value in given.items() if command in OPTIONS[name].commands}


def _texts(option: Option, value: Any, source: str) -> Any:
    """Return a TOML value as the command line would have given it."""
    if option.switch:
        if not isinstance(value, bool):
            raise ChoiceError(f"`{source}` must be true or false, got {value!r}.")
        return value
    values = value if isinstance(value, list) and option.many else [value]
    for one in values:
        if isinstance(one, bool) or not isinstance(one, str | int):
            kind = "a text, or a list of texts" if option.many else "a text"
            raise ChoiceError(f"`{source}` must be {kind}, got {one!r}.")
    texts = [str(one) for one in values]
    return texts if option.many else texts[0]


def _placed(option: Option, value: Any, file: Path) -> Any:
    """Take paths as seen from the file; what it has written must stay in its own folder."""
    if not option.place:
        return value
    placed = tuple(file.parent / path for path in (value if option.many else (value,)))
    folder = file.parent.resolve()
    for path in placed:
        if option.place == "written" and not path.resolve().is_relative_to(folder):
            raise ChoiceError(f"{file}: {path} lies elsewhere: files named in {FILE} are written beside it.")
    return placed if option.many else placed[0]


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it, and a path by its name alone: folders differ between machines."""
    if isinstance(value, Path):
        return value.name
    return list(value) if isinstance(value, tuple) else value
