"""Areas: districts beside their force, what moved it, and which district is behind an exception."""

from __future__ import annotations

import numpy as np

import spc


def make_panel() -> spc.Panel:
    """Make 36 months of a force and its two districts, seeded; 4 or 5 crimes a month lie in neither."""
    rng = np.random.default_rng(2024)
    county, swindon = rng.poisson(400, 36).astype(float), rng.poisson(260, 36).astype(float)
    county[-1] += 90
    force = county + swindon + rng.integers(4, 6, 36)
    names = {"area": ["Force", "County", "Swindon"]}
    return spc.Panel.from_numpy([force, county, swindon], start="2021-08", keys=names)


def main() -> None:
    panel = make_panel()
    year = spc.parts(panel, whole="Force", window=12)
    print(f"The year to July 2024. {year.words[0]}")
    changes = spc.contributions(panel, whole="Force", windows=(1, 3, 12))
    for window in changes.windows:
        print(f"{window:>2} months to July 2024 against a year before. {changes.words(window)[0]}")
    found = spc.exceptions(spc.limits(panel, baseline=spc.Window(36, first=24)))
    print(f"July 2024: {found.words[0]}, {spc.driven_by(found, whole='Force').words[0]}.")


if __name__ == "__main__":
    main()
