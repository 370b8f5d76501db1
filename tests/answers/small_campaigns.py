"""Small campaigns whose figures can be checked by hand."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import callstats as cs
from callstats.answers.core.answer import Answer
from callstats.config import Config
from callstats.dataset import Dataset

DEMO = Path(__file__).parents[2] / "data" / "demo"
_FLAGS = ("connected", "live", "handled", "abandoned", "argued", "success", "closed")


def calls(*rows: dict[str, Any], **same: Any) -> pd.DataFrame:
    """Return outbound calls: one a dictionary, with what they all share; each its own contact unless told."""
    base = {"direction": "outbound", "local_started_at": dt.datetime(2026, 9, 14, 10)}
    made = [{"call_id": str(i), "contact_id": f"P{i}", **base, **same, **row} for i, row in enumerate(rows)]
    frame = pd.DataFrame(made)
    return frame.astype({c: "boolean" for c in _FLAGS if c in frame})


def many(n: int, **same: Any) -> list[dict[str, Any]]:
    """Return n equal rows."""
    return [dict(same) for _ in range(n)]


def over_days(rows: list[dict[str, Any]], first: dt.date, days: int = 10) -> list[dict[str, Any]]:
    """Return rows dealt in turn over days from a first one on, at ten o'clock: all days are alike."""
    return [
        {**row, "local_started_at": dt.datetime.combine(first + dt.timedelta(i % days), dt.time(10))}
        for i, row in enumerate(rows)
    ]


def numbered(*groups: list[dict[str, Any]], **same: Any) -> pd.DataFrame:
    """Return the calls of several groups of rows."""
    return calls(*(row for group in groups for row in group), **same)


def data(frame: pd.DataFrame, language: str = "en", **tables: Any) -> Dataset:
    """Return a data set of calls and other tables."""
    return Dataset({"calls": frame, **tables}, config=Config(language=language))


def settle(dataset: Dataset, **config: Any) -> Dataset:
    """Return a data set with other settings of the project."""
    return replace(dataset, config=replace(dataset.config, **config))


@cache
def demo(campaign: str = "spring") -> Dataset:
    """Return a campaign of the demo."""
    return cs.open(DEMO, threads=1).where(campaign_id=campaign)


def plain(text: object) -> str:
    """Return text with ordinary blanks."""
    return str(getattr(text, "text", text)).replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")


def written(answer: Answer) -> str:
    """Return everything that the views of an answer say, captions and notes too, with ordinary blanks."""
    payloads = [view.payload() for view in (*answer.views(), answer.verdict)]
    return plain(json.dumps(payloads, ensure_ascii=False, default=str))
