"""Apply rules to tables: accepted rows, and the others with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import narwhals as nw
import pandas as pd

from callstats.checks.rules import RULES, Frame, Rule, Series

REJECTS = ("table", "_raw", "_position", "rule", "column", "found", "reason")


def apply(tables: Mapping[str, Frame], rules: Iterable[Rule] = RULES) -> tuple[dict[str, Frame], Frame]:
    """Split the rows of tables into accepted rows and rejects.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By table name; ``_raw`` and ``_position`` say where a row came from.
    rules : iterable of Rule

    Returns
    -------
    accepted : dict of str to DataFrame
        The rows that break no rule, in their original order.
    rejects : DataFrame
        One row per rejected row, with the first rule it breaks: table, _raw,
        _position, rule, column, found, reason.

    Examples
    --------
    >>> calls = pd.DataFrame({"call_id": ["a", "b", "a"], "talk_s": [10.0, -1.0, 5.0]})
    >>> accepted, rejects = apply({"calls": calls})
    >>> accepted["calls"]["call_id"].tolist(), rejects["rule"].tolist()
    (['a'], ['a call is listed once', 'a duration is never negative'])
    """
    rules = tuple(rules)
    accepted, left_out = {}, []
    for name, frame in tables.items():
        good, bad = _judge(name, frame, [rule for rule in rules if rule.table == name])
        accepted[name] = good
        if len(bad):
            left_out.append(bad)
    none = pd.DataFrame(columns=pd.Index(REJECTS))
    return accepted, pd.concat(left_out, ignore_index=True) if left_out else none


def _judge(name: str, frame: Frame, rules: list[Rule]) -> tuple[Frame, Frame]:
    frame = frame.reset_index(drop=True)
    free = pd.Series(True, index=frame.index)
    pieces = []
    for rule in rules:
        if not set(rule.columns) <= set(frame.columns):
            continue
        bad = broken(frame, rule) & free
        if bad.any():
            pieces.append(rejected(name, frame[bad], rule))
            free &= ~bad
    rejects = pd.concat(pieces) if pieces else pd.DataFrame(columns=pd.Index(REJECTS))
    return (frame if free.all() else frame[free].reset_index(drop=True)), rejects


def broken(frame: Frame, rule: Rule) -> Series:
    """Mark the rows that break a rule; of rows with the same key, all but the first."""
    if rule.broken is None:
        keys = frame[list(rule.columns)]
        return keys.duplicated() & keys.notna().all(axis=1)
    native = nw.from_native(frame, eager_only=True)
    marked = native.select(nw.lit(value=True).alias("_all"), rule.broken.alias("_broken")).to_native()[
        "_broken"
    ]
    return pd.Series(marked.fillna(False).to_numpy(bool), index=frame.index)


def rejected(name: str, rows: Frame, rule: Rule) -> Frame:
    """Return rows that break a rule as they are kept: with the rule and what was found."""
    first, *more = rule.columns
    shown: Frame = rows[list(rule.columns)].astype(object)
    texts = [
        ", ".join(f"{column}={_text(value)}" for column, value in zip(rule.columns, values, strict=True))
        if more
        else _text(values[0])
        for values in map(list, shown.itertuples(index=False, name=None))
    ]
    return pd.DataFrame(
        {
            "table": name,
            "_raw": rows.get("_raw", -1),
            "_position": rows.get("_position", rows.index),
            "rule": rule.name,
            "column": first,
            "found": texts,
            "reason": rule.hint,
        }
    )


def _text(value: object) -> str:
    if pd.isna(value):  # type: ignore[arg-type]
        return "nothing"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
