"""Print docs/benchmarks.md from runs of the benchmarks: all of them, or those that are named.

With the Python of `.venv-bench`, which `python run.py bench` makes; all of it takes a quarter of an hour.
`print_benchmarks.py forecasts --keep FILE` hands on what follows the name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("benchmarks.md")

WORDS = """\
# Benchmarks

<!-- Printed by docs/print_benchmarks.py: change the words there, the figures in the benchmarks. -->

`python run.py bench` times everything beside its peers, in an environment of its own
(`docs/decisions/0018-bench-environment.md`). What stands here is what single runs printed, each under the
date, machine and releases at its head; a figure that misses what was wanted stands as it came.
"""


@dataclass(frozen=True)
class Section:
    """One benchmark of the page: its heading, its words, the script whose Markdown it is."""

    title: str
    words: str
    script: str


SECTIONS = {
    "forecasts": Section(
        "Forecasts",
        """\
`spc.forecast.auto` beside the models of statsforecast, on the months that each set holds out: M1 and M3
(18 months ahead), tourism (24), crimes of London boroughs by type (12), and M1 and tourism with only the last
24 or 36 months of each series known (12).

- OWA, MASE, sMAPE and MSIS are those of the M4 competition (`spc.forecast.judging`): means over series; OWA
  is relative to naive2, 1 being as good. On the boroughs nearly half of the sMAPE of `auto` comes from the
  tenth of months that are 0, where any forecast above 0 counts as 200: there MASE says more than OWA.
- Coverage is the share, in per cent, of months between limits of 95%.
- CPU is seconds for 1,000 series on one thread, limits included: of `auto` the middle of 35 rounds between
  the peers' runs, of AutoETS one run, of other peers the middle of three.
- The constants of `auto` were chosen on the histories of these sets, boroughs and M3 among them
  (`docs/decisions/0017-auto.md`): what is unseen are the futures, not the sets. The factors of its limits
  were learnt without the set that they are judged on; on M3, of which none was learnt, they are those that
  ship.
- The limits of `auto` are at least 0 where no month is negative; those of peers stand as the peers give them.
""",
        "bench_forecasts.py",
    ),
    "windows": Section(
        "Rolling windows",
        """\
`spc.rolling` beside bottleneck on the same cells, and beside pandas' groupby-rolling over tidy rows: 10,000
series of 120 months, 2% missing, whole numbers and numbers of one decimal.

The environment of the benchmarks has pandas 2.3. In that of the tests, with pandas 3.1, the same script
printed 102 to 533 times pandas on the same day, 102 for the mean of decimals over 12 months, and all that is
wanted of bottleneck.

Each takes a few calls in turn. One call in turn hurts who is fast: it begins with the other's months in the
caches, and minima and maxima were 5.8 to 7.6 times bottleneck so, where they are 10 to 12 times when called
again.
""",
        "bench_windows.py",
    ),
}


def printed(section: Section, more: list[str]) -> str:
    """Run a benchmark and return what it printed."""
    command = [sys.executable, str(ROOT / "benchmarks" / section.script), *more]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def begins(name: str) -> str:
    return f"<!-- {name}: from here -->"


def ends(name: str) -> str:
    return f"<!-- {name}: to here -->"


def kept(page: str, name: str) -> str:
    """Return the figures that a page has for a section, "" for none."""
    return page.partition(begins(name))[2].partition(ends(name))[0].strip()


def render(figures: dict[str, str]) -> str:
    """Return the page with these figures; a section without any is not there yet."""
    parts = [WORDS]
    for name, section in SECTIONS.items():
        if figures.get(name):
            body = f"{begins(name)}\n\n{figures[name]}\n\n{ends(name)}\n"
            parts.append(f"## {section.title}\n\n{section.words}\n{body}")
    return "\n".join(parts)


def main(words: list[str]) -> None:
    split = next((n for n, word in enumerate(words) if word.startswith("-")), len(words))
    names, more = words[:split] or list(SECTIONS), words[split:]
    unknown = [name for name in names if name not in SECTIONS]
    if unknown or (more and len(names) > 1):
        raise SystemExit(f"Sections are {', '.join(SECTIONS)}; options need one section, named.")
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    figures = {name: kept(page, name) for name in SECTIONS}
    for name in names:
        figures[name] = printed(SECTIONS[name], more)
        PAGE.write_text(render(figures), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
