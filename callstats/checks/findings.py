"""The rules broken by rows already accepted, or passed in as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from callstats.checks.rules import RULES, Frame, Rule

Frames = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: in how many rows, with an example and what to do."""

    rule: str
    table: str
    rows: int
    example: str
    hint: str


def findings(frames: Frames) -> list[Finding]:
    """List the rules that rows of canonical tables break, on any engine.

    Parameters
    ----------
    frames : mapping of str to frame
        Tables by name; any frame that Narwhals knows, in memory or not.

    Returns
    -------
    list of Finding
        In the order of the tables and rules.

    Examples
    --------
    >>> calls = pd.DataFrame({"call_id": ["a", "b"], "talk_s": [10.0, -1.0]})
    >>> [finding.rule for finding in findings({"calls": calls})]
    ['a duration is never negative']
    """
    lazy = {name: nw.from_native(frame).lazy() for name, frame in frames.items()}
    schemas = {name: set(frame.collect_schema().names()) for name, frame in lazy.items()}
    broken = []
    for name, frame in lazy.items():
        broken.extend(_broken_rules(name, frame, schemas[name], RULES))
    return broken


def _broken_rules(name: str, frame: nw.LazyFrame, columns: set[str], rules: Iterable[Rule]) -> list[Finding]:
    asked = [rule for rule in rules if rule.table == name and set(rule.columns) <= columns]
    rows = [rule for rule in asked if rule.broken is not None]
    if not rows:
        return []
    counts = _pandas(
        frame.select(
            *(rule.broken.cast(nw.Int64).sum().alias(f"r{place}") for place, rule in enumerate(rows))
        )
    )
    broken = [
        Finding(rule.name, name, int(count), _example(frame, rule), rule.hint)
        for place, rule in enumerate(rows)
        if pd.notna(count := counts[f"r{place}"].iloc[0]) and count > 0
    ]
    return [
        *broken,
        *(one for rule in asked if rule.broken is None for one in _repeated_keys(name, frame, rule)),
    ]


def _repeated_keys(name: str, frame: nw.LazyFrame, rule: Rule) -> list[Finding]:
    keys = frame.drop_nulls(list(rule.columns)).group_by(*rule.columns).agg(nw.len().alias("_rows"))
    more = keys.filter(nw.col("_rows") > 1)
    total = _pandas(more.select((nw.col("_rows") - 1).sum().alias("rows")))["rows"].iloc[0]
    if pd.isna(total) or not total:
        return []
    first = _pandas(more.sort(*rule.columns).head(1)).iloc[0]
    example = ", ".join(f"{column}={first[column]}" for column in rule.columns)
    return [Finding(rule.name, name, int(total), example, rule.hint)]


def _example(frame: nw.LazyFrame, rule: Rule) -> str:
    first = _pandas(frame.filter(rule.broken).select(*rule.columns).head(1)).iloc[0]
    return ", ".join(f"{column}={first[column]}" for column in rule.columns)


def _pandas(frame: nw.LazyFrame) -> Frame:
    return frame.collect().to_pandas()
