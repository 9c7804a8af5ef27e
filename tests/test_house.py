"""The plan of the floors is kept, and its guard objects to houses that break it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house import FLOORS, GUESTS, HEAVY, HOSTS, breaches, read_sources

SPC = Path(__file__).parents[1] / "spc"

#: A house that keeps every rule, to be broken one rule at a time.
SOUND = {
    "spc": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from spc.scoring import scorecard\n",
    "spc.checks": "import math\n",
    "spc.kernels": "",
    "spc.kernels._compile": "import threading\nimport numba\nimport numpy as np\n",
    "spc.kernels.shared": "",
    "spc.kernels.shared.sums": "from spc.kernels._compile import row\n",
    "spc.kernels.shared.means": "from spc.kernels.shared.sums import add\n",
    "spc.kernels.xmr": (
        "from spc.kernels._compile import kernel\nfrom spc.kernels.shared.sums import add\n"
        "import numpy as np\n"
    ),
    "spc.parsing": "from spc.checks import InputError\n",
    "spc.frames": "import pandas as pd\nfrom spc.parsing import months\n\ndef door():\n    import pyarrow\n",
    "spc.panel": (
        "from typing import TYPE_CHECKING\nfrom spc import frames\nfrom . import checks\n"
        "if TYPE_CHECKING:\n    import pandas as pd\n"
    ),
    "spc.charts": "from spc.kernels import xmr\nfrom spc.panel import Panel\n",
    "spc.rolling": "",
    "spc.detection": "from spc.charts import limits\n",
    "spc.trending": "def p_value():\n    from scipy.stats import t\n",
    "spc.forecast": "from spc.forecast.ets import ets\n",
    "spc.forecast.ets": "from ..panel import Panel\n",
    "spc.scoring": "from spc.detection import exceptions\nfrom spc.trending import trend\n",
}


def with_module(module: str, source: str) -> dict[str, str]:
    return {**SOUND, module: source}


LONG_BODY = "\n".join(["    x = 1"] * 60)

BROKEN = {
    "an arrow up": (
        "spc.panel",
        "from spc.charts import limits",
        "floor 3 and imports spc.charts from floor 5a",
    ),
    "an arrow up in a function": ("spc.panel", "def f():\n    import spc.scoring", "floor 6"),
    "an arrow up by a dot": ("spc.panel", "from .charts import limits", "floor 5a"),
    "an arrow up from a package": (
        "spc.forecast",
        "from ..spc.scoring import a\nfrom ..scoring import a",
        "floor",
    ),
    "an arrow up by two dots": ("spc.forecast.ets", "from ..scoring import scorecard", "floor 6"),
    "an arrow up by name": (
        "spc.panel",
        "import importlib\nimportlib.import_module('spc.charts')",
        "floor 5a",
    ),
    "an arrow up for types": (
        "spc.panel",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from spc.charts import limits",
        "floor 5a",
    ),
    "5b from 5a": (
        "spc.charts",
        "from spc.detection import exceptions",
        "floor 5a and imports spc.detection",
    ),
    "neighbours on 5a": ("spc.charts", "from spc.rolling import total", "stand apart"),
    "neighbours on 5b": ("spc.detection", "from spc.trending import trend", "stand apart"),
    "the face from inside": ("spc.scoring", "from spc import limits", "floor 8"),
    "the face, whole": ("spc.scoring", "import spc", "floor 8"),
    "checks on kernels": ("spc.checks", "from spc.kernels import xmr", "nothing of ours"),
    "a kernel on a kernel": ("spc.kernels.zones", "from spc.kernels.xmr import row", "and shared"),
    "a kernel on a room": ("spc.kernels.zones", "from spc.checks import whole", "and shared"),
    "a name like shared": ("spc.kernels.zones", "from spc.kernels.shared_sums import x", "and shared"),
    "shared on a kernel": ("spc.kernels.shared.means", "from spc.kernels.xmr import row", "and shared"),
    "shared on a room": ("spc.kernels.shared.means", "from spc.checks import whole", "and shared"),
    "a kernel on scipy": ("spc.kernels.zones", "import scipy.special", "numpy and numba"),
    "a kernel on threads": ("spc.kernels.zones", "import threading", "numpy and numba"),
    "pandas outside": ("spc.panel", "import pandas as pd", "in frames alone"),
    "pandas in a function": (
        "spc.results",
        "def to_frame():\n    from pandas import DataFrame",
        "in frames alone",
    ),
    "numba outside": ("spc.charts", "import numba", "in kernels alone"),
    "a stranger": ("spc.charts", "import sklearn", "no declared dependency"),
    "our own tests": ("spc.charts", "from tests.house import breaches", "no declared dependency"),
    "scipy.stats at the top": (
        "spc.trending",
        "from scipy import stats",
        "imports scipy.stats when it is loaded",
    ),
    "scipy.stats, whole": ("spc.trending", "import scipy.stats", "when it is loaded"),
    "a guest in a class body": ("spc.reporting", "class A:\n    import jinja2", "when it is loaded"),
    "a guest in a try": (
        "spc.frames",
        "try:\n    import polars\nexcept ImportError:\n    pass",
        "when it is loaded",
    ),
    "no floor": ("spc.miscellany", "", "on no floor"),
    "a nameless file": ("spc.forecast.utils", "", "says nothing by its name"),
    "fastmath": ("spc.kernels.xmr", "import numba\n@numba.njit(fastmath=True)\ndef f(): pass", "fastmath"),
    "fastmath in a table": ("spc.kernels.xmr", "OPTIONS = {'fastmath': {'nsz'}}", "fastmath"),
    "a long function": ("spc.charts", f"def f():\n{LONG_BODY}", "f has 61 lines"),
    "a long file": ("spc.charts", "x = 1\n" * 401, "401 lines"),
    "df as an argument": ("spc.charts", "def f(df): pass", "`df`"),
    "std for sigma": ("spc.charts", "std = 1", "`std`"),
    "a circle": ("spc.parsing", "def f():\n    from spc.frames import door", "is a circle"),
    "a circle in one room": ("spc.forecast.ets", "from spc.forecast import auto", "is a circle"),
}


def test_the_house_keeps_its_plan():
    found = breaches(read_sources(SPC))
    assert not found, "\n".join(["", *found])


def test_the_guard_read_the_house():
    rooms = {name.partition(".")[2].partition(".")[0] for name in read_sources(SPC)}
    assert {"checks", "kernels", "panel"} <= rooms


def test_every_guest_in_the_tables_is_known():
    assert {name.partition(".")[0] for name in HEAVY} | set(HOSTS) <= GUESTS
    assert set().union(*HOSTS.values()) <= set(FLOORS)


def test_a_sound_house_passes():
    assert breaches(SOUND) == []


@pytest.mark.parametrize(("module", "source", "objection"), BROKEN.values(), ids=BROKEN)
def test_the_guard_objects(module: str, source: str, objection: str):
    found = breaches(with_module(module, source))
    assert any(objection in sentence and module in sentence for sentence in found), found


def test_a_docstring_is_not_counted_as_length():
    said = '    """' + "\n".join(["    words"] * 80) + '"""'
    body = "\n".join(["    x = 1"] * 59)
    assert breaches(with_module("spc.charts", f"def f():\n{said}\n{body}")) == []


def test_sources_are_read_from_a_folder(tmp_path: Path):
    package = tmp_path / "spc"
    (package / "kernels").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "kernels" / "__init__.py").write_text("", encoding="utf-8")
    (package / "kernels" / "xmr.py").write_text("import pandas\n", encoding="utf-8")
    sources = read_sources(package)
    assert set(sources) == {"spc", "spc.kernels", "spc.kernels.xmr"}
    assert any("spc.kernels.xmr:1" in sentence for sentence in breaches(sources))
