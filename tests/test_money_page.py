"""The page on money is true: each of its examples comes out as it stands there."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import callstats as cs
from callstats.config import MoneySettings, parse
from callstats.model import TABLES

PAGE = (Path(__file__).parents[1] / "docs" / "money.md").read_text(encoding="utf-8")
EXAMPLES = {part.splitlines()[0]: part for part in re.split(r"(?m)^### ", PAGE)[1:]}
INPUT = {"Calls": "calls", "Agents' time": "agent_time", "Costs": "costs", "Contacts": "contacts"}
FLAGS = {"yes": True, "no": False, "": None}


def tables_of(part: str) -> list[tuple[str, list[list[str]]]]:
    """Return the tables of an example, each with the word before it, empty for a result."""
    found, name, rows = [], "", []
    for line in [*part.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            found.append((name, [rows[0], *rows[2:]]))
            name, rows = "", []
        elif line.endswith(":"):
            name = line[:-1]
    return found


def frame_of(name: str, rows: list[list[str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    kinds = {column.name: column.type for column in TABLES[name].columns}
    for column in frame:
        kind = kinds[str(column)]
        if kind == "flag":
            frame[column] = frame[column].map(FLAGS)
        elif kind == "number":
            frame[column] = pd.to_numeric(frame[column])
        elif kind == "clock":
            frame[column] = pd.to_datetime(frame[column])
        else:
            frame[column] = frame[column].where(frame[column] != "").astype("string")
    return frame


def data_of(part: str) -> cs.Dataset:
    tables = {INPUT[name]: frame_of(INPUT[name], rows) for name, rows in tables_of(part) if name}
    toml = "".join(re.findall(r"```toml\n(.*?)```", part, flags=re.S))
    return cs.open(tables, config=parse(tomllib.loads(toml)))


def values(ds: cs.Dataset, kpis: list[str], by: str | None) -> dict[Any, dict[str, float]]:
    found = cs.measure(ds, kpis, by=by, interval=False)
    key = found[by].astype(str) if by else pd.Series("all", index=found.index)
    return found.assign(key=key).pivot_table("value", "key", "kpi", dropna=False).to_dict("index")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_out_as_it_stands_on_the_page(name: str) -> None:
    ds = data_of(EXAMPLES[name])
    results = [rows for word, rows in tables_of(EXAMPLES[name]) if not word]
    assert results
    for head, *rows in results:
        by = None if head[0] in ("revenue", "cost") else head[0]
        kpis = head if by is None else head[1:]
        whole = values(ds, kpis, None)["all"]
        parts = values(ds, kpis, by)
        for row in rows:
            label, cells = ("all", row) if by is None else (row[0], row[1:])
            got = whole if label == "all" else parts[label]
            for kpi, cell in zip(kpis, cells, strict=True):
                met = pd.isna(got[kpi]) if cell == "" else got[kpi] == pytest.approx(float(cell))
                assert met, (label, kpi, got[kpi])


def test_the_page_names_every_key_of_money_and_no_other() -> None:
    keys = re.findall(r"(?m)^\| `(\w+)` \|", PAGE)
    assert keys == [field.name for field in dataclasses.fields(MoneySettings)]
