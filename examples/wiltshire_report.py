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
    card.to_frame().to_csv(table, index=False, encoding="utf-8")
    print(card.to_text(width=150))
    print(f"\n{card}\nThe scorecard as a table: {table}")


if __name__ == "__main__":
    main()
