"""Print the table of methods into docs/forecasts.md, from `spc.forecast.METHODS`."""

from __future__ import annotations

from pathlib import Path

from spc.forecast import METHODS, Method

PAGE = Path(__file__).with_name("forecasts.md")
HEAD = "| method | expects | needs | stands in | options |"
NEEDS = {"values": "", "positive": "above 0", "counts": "counts"}


def table() -> str:
    """One row a method, in the order of METHODS."""
    return "\n".join([HEAD, "|---|---|---|---|---|", *map(row, METHODS.values())])


def row(method: Method) -> str:
    """Say what a method expects, needs, and which options are its own."""
    months = f"{method.least} month{'' if method.least == 1 else 's'}"
    if method.span > method.least:
        months += f" of {method.span}"
    needs = ", ".join(filter(None, [months, NEEDS[method.needs]]))
    options = ", ".join(f"`{name}={setting.default!r}`" for name, setting in method.options.items())
    others = [f"`{method.stands_in}`" if method.stands_in else "", f"`{method.rare}` for rare counts"]
    stands_in = ", ".join(filter(None, others[: 2 if method.rare else 1]))
    return f"| `{method.name}` | {method.about} | {needs} | {stands_in} | {options} |"


def renewed(text: str) -> str:
    """Return the page with its table as the code has it."""
    before, _, after = text.partition(HEAD)
    lines = after.split("\n")
    rows = next(n for n, line in enumerate(lines[1:], 1) if not line.startswith("|"))
    return before + table() + "\n" + "\n".join(lines[rows:])


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
