"""What the verbs return: frozen parcels, each holding the one it was made from."""

from __future__ import annotations

from spc.results.exceptions import Exceptions
from spc.results.limits import Limits, Months
from spc.results.proposals import Proposals
from spc.results.run_tests import RunTests
from spc.results.statuses import STATUSES
from spc.results.summaries import Comparison, Trend
from spc.results.weights import Weights

__all__ = [
    "STATUSES",
    "Comparison",
    "Exceptions",
    "Limits",
    "Months",
    "Proposals",
    "RunTests",
    "Trend",
    "Weights",
]
