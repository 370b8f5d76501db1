"""Whose look a plot has: the user's settings, or the package's alone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

_OURS: ContextVar[bool] = ContextVar("drawn in the package's look alone", default=False)


def are_ours() -> bool:
    """Return whether plots are to be drawn in the package's look alone, as in a report."""
    return _OURS.get()


def ours(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Make all that a function draws look as in a report, whatever the user has set.

    It loads nothing that draws, so answers without a plot stay quick.

    Examples
    --------
    >>> ours(are_ours)(), are_ours()
    (True, False)
    """

    @functools.wraps(draw)
    def within(*args: Any, **kwargs: Any) -> Any:
        before = _OURS.set(True)
        try:
            return draw(*args, **kwargs)
        finally:
            _OURS.reset(before)

    return within
