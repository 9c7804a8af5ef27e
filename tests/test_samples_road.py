"""The road casualties in spc/samples/ are the published ones: Harvey and Durbin (1986)."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "spc" / "samples"
MONTHS = [f"{year}-{month:02d}" for year in range(1969, 1985) for month in range(1, 13)]
DRIVERS = "Drivers killed or seriously injured"
FRONT = "Front seat passengers killed or seriously injured"
REAR = "Rear seat passengers killed or seriously injured"

# First, last, total, smallest and largest of the source's 192 months.
FACTS = {
    "Car drivers killed": (107, 154, 23578, 60, 198),
    DRIVERS: (1687, 1763, 320699, 1057, 2654),
    FRONT: (867, 721, 160746, 426, 1299),
    REAR: (269, 491, 77032, 224, 646),
    "Van drivers killed": (12, 7, 1739, 2, 17),
    "Kilometres driven": (9059, 18149, 2878772, 7685, 21626),
}


def _read() -> dict[str, list[tuple[str, str]]]:
    with (SAMPLES / "road_casualties.csv").open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        assert table.fieldnames == ["measure", "month", "value"]
        series: dict[str, list[tuple[str, str]]] = {}
        for row in table:
            series.setdefault(row["measure"], []).append((row["month"], row["value"]))
    return series


ROAD = _read()
CATALOGUE = tomllib.loads((SAMPLES / "road_casualties.toml").read_text(encoding="utf-8"))


def test_seven_measures_of_192_months_without_a_gap():
    assert list(ROAD) == [*FACTS, "Petrol price"]
    assert len(MONTHS) == 192
    for rows in ROAD.values():
        assert [month for month, _ in rows] == MONTHS


@pytest.mark.parametrize("measure", sorted(FACTS))
def test_counts_are_the_published_ones(measure):
    values = [int(value) for _, value in ROAD[measure]]
    assert (values[0], values[-1], sum(values), min(values), max(values)) == FACTS[measure]


def test_mean_of_the_drivers_killed():
    values = [int(value) for _, value in ROAD["Car drivers killed"]]
    assert round(sum(values) / 192, 4) == 122.8021


def test_the_petrol_price_keeps_every_printed_decimal():
    prices = [value for _, value in ROAD["Petrol price"]]
    assert (prices[0], prices[-1]) == ("0.102971811805368", "0.116066729379379")
    assert min(prices, key=float) == "0.0811788933269884"
    assert max(prices, key=float) == "0.133027420877451"
    assert sum(map(float, prices)) == pytest.approx(19.895808921342955, rel=1e-14)


def test_the_belts_show_in_front_and_not_behind():
    def mean(measure: str, year: str) -> float:
        return sum(int(value) for month, value in ROAD[measure] if month.startswith(year)) / 12

    # Whole years either side of 31 January 1983, because the series are seasonal.
    assert mean(FRONT, "1984") < 0.75 * mean(FRONT, "1982")
    assert mean(REAR, "1984") > 0.95 * mean(REAR, "1982")


def test_the_catalogue_describes_every_measure():
    rows = {row["name"]: row for row in CATALOGUE["measure"]}
    assert list(rows) == list(ROAD)
    assert {row["kind"] for name, row in rows.items() if name != "Petrol price"} == {"count"}
    assert rows["Petrol price"]["kind"] == "stock"
    assert {name for name, row in rows.items() if row["improvement"] == "low"} == set(FACTS) - {
        "Kilometres driven"
    }
    stepped = {name for name, row in rows.items() if row.get("steps", [{}])[0].get("month") == "1983-02"}
    assert stepped == {"Car drivers killed", DRIVERS, FRONT, "Van drivers killed"}
    assert "Harvey" in CATALOGUE["note"]
