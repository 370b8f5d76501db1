"""An answer, or a frame of numbers, as a workbook."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.errors import UsageError
from callstats.kpis import catalogue
from callstats.show.words import mark, words
from callstats.show.workbook import WorkbookCover, workbook

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.answer import Answer
    from callstats.kpis.define import KPI

#: Columns of a frame that are in the unit of the row's KPI.
_OF_KPI = frozenset({
    "value", "low", "high", "before", "change", "change_low", "change_high", "target_low", "target_high",
    "estimate", "control_value", "claim_low", "claim_high", "pace", "pace_low", "pace_high", "attained",
})  # fmt: skip
_DIFFERENCES = frozenset({"change", "change_low", "change_high", "estimate", "claim_low", "claim_high"})
#: Columns whose unit is in their name, whatever the answer; their ends are named alike.
_NAMED = {
    **dict.fromkeys(("rate", "share", "hazard", "cumulative", "completion", "lift", "chance"), "%"),
    **dict.fromkeys(("service_level", "occupancy", "expected_service_level"), "%"),
    **dict.fromkeys(
        ("amount", "uncharged", "value_to_come", "cost_to_come", "money", "money_month"), "money"
    ),
    **dict.fromkeys(("worth", "profit", "profit_so_far", "cost"), "money"),
}
_NUMBERS = mark("All numbers")
_MOST_ROWS, _MOST_COLUMNS = 1_048_575, 16_384


def answer_workbook(
    answer: Answer, frame: pd.DataFrame | None = None, *, title: str = "", facts: Iterable[Sequence[str]] = ()
) -> bytes:
    """Return an answer as a workbook: what it says, its tables, and all its numbers unrounded.

    Parameters
    ----------
    answer : Answer
    frame : pandas.DataFrame, optional
        In place of its own.
    title : str
        The caption of its first table if omitted.
    facts : iterable of (str, str)
        Such as the data and the period.
    """
    shown = [view.payload() for view in answer.views()]
    tables = [payload for payload in shown if payload["kind"] == "table"]
    said = [s["text"] for payload in shown if payload["kind"] == "verdict" for s in payload["sentences"]]
    voice = answer.voice
    kpi = getattr(answer, "kpi", None)
    numbers = frame_payload(
        answer.to_frame() if frame is None else frame,
        voice.say(_NUMBERS),
        currency=voice.currency,
        kpis=() if kpi is None or isinstance(kpi, str) else (kpi,),
    )
    title = title or next((table["caption"] for table in tables), type(answer).__name__)
    cover = WorkbookCover(title, "", tuple(facts), [("", said)], voice.language)
    return workbook(cover, [*tables, numbers])


def frame_workbook(
    frame: pd.DataFrame,
    title: str,
    *,
    facts: Iterable[Sequence[str]] = (),
    language: str = "en",
    currency: str = "EUR",
    kpis: Iterable[KPI] = (),
) -> bytes:
    """Return a frame as a workbook with one table, its numbers unrounded and typed by unit.

    Parameters
    ----------
    frame : pandas.DataFrame
    title : str
    facts : iterable of (str, str)
        Such as the data and the period.
    language, currency : str
    kpis : iterable of KPI
        Those that the catalogue lacks.
    """
    table = frame_payload(frame, words(language)(_NUMBERS), currency=currency, kpis=kpis)
    return workbook(WorkbookCover(title, "", tuple(facts), (), language), [table])


def frame_payload(
    frame: pd.DataFrame, caption: str, *, currency: str = "EUR", kpis: Iterable[KPI] = ()
) -> dict[str, Any]:
    """Return a frame as the plain data of a table whose numbers are typed.

    Figures are in the unit of the KPI that their row names, else of the only one given. What is no
    number is an empty cell; a column ``note`` says why.

    Raises
    ------
    UsageError
        It has more rows or columns than a sheet.

    Examples
    --------
    >>> import pandas as pd
    >>> told = frame_payload(pd.DataFrame({"kpi": ["answer_rate"], "value": [0.1234]}), "Numbers")
    >>> told["rows"][0][1]["typed"][0]["numbers"], told["rows"][0][1]["typed"][0]["unit"]
    ([0.1234], '%')
    """
    if len(frame) > _MOST_ROWS or len(frame.columns) > _MOST_COLUMNS:
        raise UsageError(
            f"{len(frame):,} rows are more than a sheet holds", hint="Write them with --format csv."
        )
    given = tuple(kpis)
    units = {kpi.name: kpi.unit for kpi in (*catalogue().values(), *given)}
    only = given[0].unit if len(given) == 1 else ""
    names = [str(name) for name in frame.columns]
    rows = []
    for row in frame.itertuples(index=False, name=None):
        told = dict(zip(names, row, strict=True))
        own = units.get(str(told.get("kpi")), only)
        rows.append([_cell(value, _unit(name, own), currency) for name, value in told.items()])
    numeric = [bool(rows) and all(not row[place]["text"] for row in rows) for place in range(len(names))]
    columns = [
        {"label": name, "align": "right" if right else "left"}
        for name, right in zip(names, numeric, strict=True)
    ]
    return {"kind": "table", "caption": caption, "columns": columns, "rows": rows, "notes": []}


def _unit(name: str, of_kpi: str) -> tuple[str, bool]:
    """Return the unit of a column, and whether it is a difference."""
    if name in _OF_KPI and of_kpi:
        return of_kpi, name in _DIFFERENCES
    stem = name.removesuffix("_low").removesuffix("_high")
    return _NAMED.get(stem, "s" if name.endswith("_s") else ""), False


def _cell(value: Any, unit: tuple[str, bool], currency: str) -> dict[str, Any]:
    if isinstance(value, datetime):  # also of pandas; what is not there is none
        known = value == value  # noqa: PLR0124 - not a time
        return _number(_ordinal(value), "instant") if known else {"text": ""}
    if isinstance(value, date):
        return _number(float(value.toordinal()), "date")
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        missing = value is None or value != value  # noqa: PLR0124 - nan
        return {"text": "" if missing else str(value)}
    if not math.isfinite(value):
        return {"text": ""}
    return _number(float(value), unit[0] or "any", currency, change=unit[1])


def _ordinal(value: datetime) -> float:
    """Return a moment as days, on the clock that it is told on."""
    midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
    return value.toordinal() + (value - midnight).total_seconds() / 86_400


def _number(value: float, unit: str, currency: str = "", *, change: bool = False) -> dict[str, Any]:
    decimals = {"%": 2, "money": 2, "money/h": 2, "1/h": 3}.get(unit, 0)
    money = currency if unit in {"money", "money/h"} else ""
    typed: Mapping[str, Any] = {
        "numbers": [value], "unit": unit, "decimals": decimals, "change": change, "currency": money,
    }  # fmt: skip
    return {"text": "", "typed": [typed]}


def write_workbook(content: bytes, path: str | Path) -> Path:
    """Write a workbook whole or not at all, in the place of what was there.

    Raises
    ------
    UsageError
        The name does not end in .xlsx, or the file cannot be written.
    """
    file = Path(path)
    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"{file.name!r} is no workbook", hint="Its name ends in .xlsx.")
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.writing-")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    waiting = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        mask = os.umask(0)
        os.umask(mask)
        waiting.chmod(0o666 & ~mask)
        waiting.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        waiting.unlink(missing_ok=True)
    return file
