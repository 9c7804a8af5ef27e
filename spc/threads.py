"""How many threads the kernels may use, as users set it."""

from __future__ import annotations

from spc.checks import ChoiceError
from spc.kernels import _compile

__all__ = ["set_threads"]


def set_threads(count: int | None) -> None:
    """Fix the number of threads that kernels use in this process; `None` goes back to the default.

    That is what the environment's SPC_THREADS says, else all cores this process may use; one in a worker of
    multiprocessing, whose master shares the cores out.

    Parameters
    ----------
    count : int or None
        At least 1. The numbers do not depend on it.

    Raises
    ------
    ChoiceError
        Anything else.

    Examples
    --------
    >>> import spc
    >>> spc.set_threads(1)
    >>> spc.set_threads(None)
    """
    try:
        _compile.set_threads(count)
    except ValueError as reason:  # kernels know no errors of ours
        raise ChoiceError(str(reason)) from None
