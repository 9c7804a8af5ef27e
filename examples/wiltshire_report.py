"""Make the scorecard of July 2024 from the embedded sample: `make report` runs this."""

from __future__ import annotations

import argparse
from pathlib import Path

import spc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the files (default: out)")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)

    sample = spc.samples.load("wiltshire_2024")
    card = spc.scorecard(sample.panel, measures=sample.measures, as_at="2024-07")

    table = folder / "wiltshire_2024.csv"
    page = folder / "wiltshire_2024.html"
    book = folder / "wiltshire_2024.xlsx"
    card.to_frame().to_csv(table, index=False, encoding="utf-8")
    card.to_html(page, title="Wiltshire scorecard, July 2024")
    card.to_excel(book, title="Wiltshire scorecard, July 2024")
    print(card.to_text(width=150))
    print(f"\n{card}\nThe scorecard as a table: {table}\nThe scorecard as a page:  {page}")
    print(f"The scorecard in Excel:   {book}")


if __name__ == "__main__":
    main()
