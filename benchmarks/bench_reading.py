"""Reading: 2.4 million CSV rows of counts and of decimals, and the 17,170 real wards as a wide file.

To hold on two shared cores: under 3 s for the long files, well under 1 s for the wide one. `peers` reads the
same rows with pandas, which keeps no account of cells and takes "NA" for a missing name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spc

N_SERIES, N_PERIODS = 20_000, 120
WARDS = Path(__file__).parents[2] / "shared" / "data" / "mps_ward_2023-04_2026-03_wide.csv.gz"


@pytest.fixture(scope="session", params=["counts", "decimals"])
def long_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20,000 series of 120 months as text: 1,000 areas x 20 measures."""
    rng = np.random.default_rng(1)
    months = [f"{2014 + t // 12}-{t % 12 + 1:02d}" for t in range(N_PERIODS)]
    shape = (N_SERIES, N_PERIODS)
    values = rng.poisson(20, shape) if request.param == "counts" else rng.normal(20.0, 3.0, shape)
    path = tmp_path_factory.mktemp("reading") / f"{request.param}.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("area,measure,month,value\n")
        for s in range(N_SERIES):
            name = f"E0{5_000_000 + s // 20},Type {s % 20}"
            cells = zip(months, values[s].tolist(), strict=True)
            out.write("".join(f"{name},{month},{value}\n" for month, value in cells))
    return path


@pytest.mark.benchmark(group="door: 2.4 million CSV rows")
def test_long(benchmark: Any, long_file: Path) -> None:
    panel = benchmark.pedantic(spc.read, (long_file,), rounds=5, warmup_rounds=1)
    assert panel.report.cells_used == N_SERIES * N_PERIODS


@pytest.mark.benchmark(group="door: 2.4 million CSV rows")
def test_long_peer_pandas(benchmark: Any, long_file: Path) -> None:
    def by_hand() -> pd.DataFrame:
        rows = pd.read_csv(long_file)
        return rows.pivot(index=["area", "measure"], columns="month", values="value")

    wide = benchmark.pedantic(by_hand, rounds=3, warmup_rounds=1)
    assert wide.shape == (N_SERIES, N_PERIODS)


@pytest.mark.skipif(not WARDS.exists(), reason="the real data are not beside the repository")
@pytest.mark.benchmark(group="door: 17,170 wards, wide")
def test_wards(benchmark: Any) -> None:
    panel = benchmark.pedantic(spc.read, (WARDS,), rounds=10, warmup_rounds=1)
    assert panel.report.cells_used == 17_170 * 36
