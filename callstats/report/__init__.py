"""Notebooks to HTML and PDF: ``run`` makes one report, ``monthly`` all those of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callstats.report.batch import monthly

__all__ = ["monthly"]


def __getattr__(name: str) -> Any:
    if name == "monthly":
        from callstats.report.batch import monthly

        return monthly
    raise AttributeError(f"module 'callstats.report' has no attribute {name!r}")
