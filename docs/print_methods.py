"""Print docs/methods/*.md: words in methods/words, numbers in methods/worked, tables from the code.

The build stops where the plain arithmetic of methods/worked and the library differ by more than 1e-12.
"""

from __future__ import annotations

import importlib.util
import math
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import spc
from spc.chart_kinds import Setting

METHODS = Path(__file__).with_name("methods")
WIDTH = 118
NOTE = (
    "<!-- Printed by docs/print_methods.py from words/{}: change the words there, the numbers in worked/. -->"
)
#: Where a page leaves room: {{name}} or {{name:.3f}} for a number, {{options:xmr mr}} for a table.
ROOM = re.compile(r"\{\{(\w+)(?::([^{}]*))?\}\}")


class Entry(NamedTuple):
    """A line of the index: what it is, where it stands, what it is for."""

    name: str
    place: str
    about: str


#: Every chart, in the order of CHARTS.
CHARTS = (
    Entry(
        "xmr",
        "individuals.md#xmr",
        "any monthly figure that is large enough to vary smoothly: the usual choice",
    ),
    Entry("small_count", "small_counts.md", "counts that average under 5 a month, judged exactly"),
    Entry("mr", "individuals.md#mr", "the steps from month to month, beside an XmR chart"),
    Entry("run", "run.md", "a median and no limits: has the level moved at all?"),
    Entry("ewma", "memory.md#ewma", "small lasting shifts, by a mean that forgets"),
    Entry("cusum", "memory.md#cusum", "small lasting shifts, by sums of what exceeds an allowance"),
    Entry("ma", "memory.md#ma", "small lasting shifts, by the mean of the last few months"),
    Entry("p", "p_np.md#p", "shares of a whole, where cases are independent and denominators moderate"),
    Entry("np", "p_np.md#np", "the same in numbers of cases"),
    Entry("c", "c_u.md#c", "counts of independent events from an unchanging exposure"),
    Entry("u", "c_u.md#u", "such counts per head, hour or mile, where the exposure changes"),
    Entry("p_prime", "laney.md#p_prime", "shares with large denominators"),
    Entry("u_prime", "laney.md#u_prime", "rates with large denominators"),
    Entry("i_prime", "laney.md#i_prime", "means and other ratios whose denominators change"),
    Entry("g", "rare_events.md#g", "cases between rare events"),
    Entry("t", "rare_events.md#t", "time between rare events"),
    Entry("xbar_r", "subgroups.md#means", "means of a few observations a month, spread from their ranges"),
    Entry("xbar_s", "subgroups.md#means", "the same, spread from their standard deviations"),
    Entry("r", "subgroups.md#spreads", "the ranges within the month"),
    Entry("s", "subgroups.md#spreads", "the standard deviations within the month"),
    Entry("seasonal_xmr", "seasonal.md", "monthly figures with a summer and a winter"),
    Entry("forecast", "forecast.md", "figures that drift: each month against what those before let expect"),
)
#: What is not a row of CHARTS.
OTHERS = (
    Entry("t2", "together.md#t2", "`spc.together`: several measures of one area in one chart"),
    Entry("mewma", "together.md#mewma", "`spc.together`: the same, for small lasting shifts"),
    Entry("capability", "capability.md", "`spc.capability`: does the spread fit what was agreed?"),
    Entry(
        "rule rows", "rules.md", "`spc.exceptions`: how a rule is read; sides, ties, gaps; rows of your own"
    ),
    Entry(
        "run tests", "run.md#worked-example", "`spc.run_tests`: longest run and crossings of the centre line"
    ),
    Entry("assurance", "assurance.md", "`spc.assure`: improving or concerning; passes, fails, hit or miss"),
    Entry("baseline", "choices.md#baseline", "`limits(baseline=...)`: which months set the limits"),
    Entry(
        "exclusions",
        "choices.md#months-with-a-known-cause",
        "`limits(exclude=...)`: months that may not set limits",
    ),
    Entry("gaps", "choices.md#gaps", "`limits(gaps=...)`: what a missing month does"),
    Entry("screening", "choices.md#screening", "`limits(screen=...)`: leaving out the largest moving ranges"),
    Entry("autocorrelation", "choices.md#autocorrelation", "a warning, and `limits(autocorrelation=...)`"),
    Entry(
        "agreed limits",
        "choices.md#known-and-agreed-limits",
        "`spc.save_limits`, `spc.agreed`: limits kept as they are",
    ),
    Entry("phases", "../phases.md", "`spc.phases_at`, `spc.phases`: limits that begin anew"),
    Entry("warnings", "../warnings.md", "`limits.warnings`: why limits that stand may mislead"),
)
NEEDS = {
    "values": "any numbers",
    "counts": "whole numbers from 0",
    "parts": "a numerator and a denominator",
    "whole parts": "counts, and a denominator",
    "gaps": "numbers from 0, one an event",
    "subgroups": "several observations a month",
}
ZONES = {
    "sigma": "lines at any number of sigma",
    "limits": "the centre and the control limits",
    "centre": "the centre",
    "totals": "totals of months, no lines",
}


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Write a table in Markdown."""
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def facts(names: str) -> str:
    """What CHARTS says of some charts."""
    rows = []
    for chart in map(spc.CHARTS.__getitem__, names.split()):
        asked = "the control limits, by single points" if chart.memory else ZONES[chart.zones]
        low, high = ("none" if bound is None else f"{bound:g}" for bound in chart.bounds)
        held = "nowhere" if chart.bounds == (None, None) else f"{low} to {high}".replace("to none", "and up")
        rows.append([f"`{chart.name}`", chart.about, NEEDS[chart.needs], asked, held])
    return table(["chart", "centre and limits", "needs", "rules may ask", "limits kept within"], rows)


def options(names: str) -> str:
    """The options of their own that some charts have."""
    rows = [
        [f"`{chart}`", f"`{option}`", _shown(setting.default), _span(setting)]
        for chart in names.split()
        for option, setting in spc.CHARTS[chart].options.items()
    ]
    bare = [f"`{chart}`" for chart in names.split() if not spc.CHARTS[chart].options]
    none = f"No options of its own: {', '.join(bare)}." if bare else ""
    if not rows:
        return none
    return table(["chart", "option", "default", "may be"], rows) + (f"\n\n{none}" if none else "")


def _shown(value: float | str) -> str:
    if isinstance(value, bool):
        return f"`{value}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:g}`"


def _span(setting: Setting) -> str:
    if isinstance(setting.default, bool):
        return "`True`, `False`"
    if setting.among:
        return f"a row of `{setting.among}`"
    if setting.words:
        return ", ".join(map(_shown, setting.words))
    kind = "a whole number" if setting.is_whole else "a number"
    return f"{kind} from {setting.low:g} to {setting.high:g}"


def rule_set(name: str) -> str:
    """The rows of a published set, with the chance of each on one side."""
    rows = []
    for rule in spc.RULES[name]:
        chance = "" if math.isnan(rule.chance) else f"{100 * rule.chance:.3f}%"
        rows.append([rule.name, rule.words, chance])
    return table(["row", "asks", "chance on one side"], rows)


def index(which: str) -> str:
    """The lines of the index: charts, rule sets or the rest."""
    if which == "rules":
        entries = tuple(Entry(name, f"rules.md#{name}", _of_set(name)) for name in spc.RULES)
    else:
        entries = {"charts": CHARTS, "others": OTHERS}[which]
    mark = "" if which == "others" else "`"
    return "\n".join(f"- [{mark}{one.name}{mark}]({one.place}): {one.about}" for one in entries)


def _of_set(name: str) -> str:
    rows = spc.RULES[name]
    return f"{len(rows)} rows: {'; '.join(rule.name for rule in rows)}"


PRINTED: dict[str, Callable[[str], str]] = {
    "facts": facts,
    "options": options,
    "rule_set": rule_set,
    "index": index,
}


def worked() -> ModuleType:
    """Load methods/worked, which is no part of the library."""
    home = METHODS / "worked"
    spec = importlib.util.spec_from_file_location(
        "method_numbers", home / "__init__.py", submodule_search_locations=[str(home)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["method_numbers"] = module
    spec.loader.exec_module(module)
    return module


def page(name: str, numbers: dict[str, object]) -> str:
    """Fill the rooms of one page; a number without a room and a room without a number are refused."""
    words = METHODS / "words" / f"{name}.md"
    used = set()

    def fill(room: re.Match[str]) -> str:
        key, form = room[1], room[2] or ""
        if key in PRINTED and room[2] is not None:
            return PRINTED[key](form)
        used.add(key)
        value = numbers[key]
        # a number that rounds to nothing has no sign
        return re.sub(r"^-(?=0\.?0*$)", "", format(value, form))

    text = ROOM.sub(fill, words.read_text(encoding="utf-8"))
    if idle := set(numbers) - used:
        raise ValueError(f"{name} has no room for {', '.join(sorted(idle))}.")
    title, rest = text.split("\n", 1)
    return f"{title}\n\n{NOTE.format(words.name)}\n{laid_out(rest)}"


def laid_out(text: str) -> str:
    """Break prose and long lines of examples at `WIDTH`; tables, headings and formulas stay as they are."""
    lines: list[str] = []
    prose: list[str] = []
    for is_code, line in _marked(text):
        stays = is_code or not line or line.startswith(("|", "#", "    "))
        if prose and (stays or line.startswith("- ")):
            lines += _broken(" ".join(prose), "  " if prose[0].startswith("- ") else "")
            prose = []
        if not stays:
            prose.append(line.strip())
        elif is_code and line.startswith(">>> ") and len(line) > WIDTH:
            lines += _broken(line, "...     ")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _marked(text: str) -> Iterator[tuple[bool, str]]:
    """Go through the lines and say of each whether it stands in an example; an empty one comes last."""
    inside = False
    for line in text.rstrip("\n").split("\n"):
        fence = line.startswith("```")
        yield inside or fence, line
        inside ^= fence
    yield False, ""


def _broken(line: str, indent: str) -> list[str]:
    broken = textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    if any(re.match(r"\s*([-+*#>|]|\d+[.)])\s", each) for each in broken[1:]):
        raise ValueError(f"This breaks where Markdown would see a list: {line!r}.")
    return broken


def render(name: str) -> str:
    """Print one page, its numbers worked out anew."""
    work = worked().WORKED.get(name)
    return page(name, {} if work is None else work())


def names() -> list[str]:
    """List the pages, as words has them."""
    return sorted(path.stem for path in (METHODS / "words").glob("*.md"))


if __name__ == "__main__":
    for each in names():
        (METHODS / f"{each}.md").write_text(render(each), encoding="utf-8")
