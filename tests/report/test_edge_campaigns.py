"""Every report comes out for campaigns with next to nothing in them, and says what cannot be computed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from callstats.report import notebooks
from callstats.report.report_run import run
from callstats.simulate import Scenario, simulate
from tests.report import month_site as site

Tables = dict[str, pd.DataFrame]

#: Reports on a queue need inbound calls; all others are made for every one of these campaigns.
OUTBOUND = sorted(set(notebooks.names()) - {"service_report"})
ASKED = {
    "campaign_id": "spring",
    "arm": "list_id",
    "control": "A",
    "treatment": "B",
    "horizon_days": 7,
}


@cache
def _simulated() -> dict[str, Any]:
    return simulate(Scenario.small(seed=11, contacts=250)).tables


def ordinary() -> Tables:
    return {name: table.to_pandas() for name, table in _simulated().items()}


def one_call() -> Tables:
    tables = ordinary()
    calls = tables["calls"]
    kept = calls[calls["handled"].fillna(False).astype(bool)].head(1)
    mine = tables["agent_time"]
    mine = mine[mine["agent_id"].isin(kept["agent_id"])].head(5)
    others = {
        name: tables[name].head(0) for name in ("evaluations", "surveys", "callbacks") if name in tables
    }
    return {**tables, **others, "calls": kept, "agent_time": mine}


def no_success() -> Tables:
    tables = ordinary()
    calls = tables["calls"]
    refused = {"success": False, "value": 0.0}
    return {**tables, "calls": calls.assign(**refused)}


def one_agent() -> Tables:
    tables = ordinary()
    for name in ("calls", "agent_time", "callbacks"):
        if "agent_id" in tables.get(name, ()):
            known = tables[name]["agent_id"].notna()
            tables[name] = tables[name].assign(agent_id=tables[name]["agent_id"].where(~known, "ann"))
    return tables


def many_agents(number: int = 400) -> Tables:
    tables = ordinary()
    for name in ("calls", "agent_time"):
        frame = tables[name]
        drawn = pd.Series([f"agent {(7 * n) % number:03d}" for n in range(len(frame))], index=frame.index)
        tables[name] = frame.assign(agent_id=drawn.where(frame["agent_id"].notna()))
    return tables


def no_agent_time() -> Tables:
    return {name: frame for name, frame in ordinary().items() if name != "agent_time"}


def calls_alone() -> Tables:
    return {"calls": ordinary()["calls"]}


def make(name: str, tables: Tables, folder: Path, monkeypatch: pytest.MonkeyPatch) -> BeautifulSoup:
    """Return the page of a report, its notebook run in this process, where a warning is an error."""
    data = folder / "data"
    data.mkdir()
    for table, frame in tables.items():
        frame.to_parquet(data / f"{table}.parquet", index=False)
    monkeypatch.setattr("callstats.report.kernel.execute", site.execute)
    taken = {parameter.name for parameter in notebooks.parameters(notebooks.find(name))}
    given = {key: value for key, value in ASKED.items() if key in taken}
    made = run(name, data, period="2026-09", parameters=given, formats=["html"], out=folder / "out")
    return BeautifulSoup(made.paths[0].read_text(encoding="utf-8"), "html.parser")


def said(page: BeautifulSoup) -> str:
    """Return the words of a page without its code."""
    for code in page.select("details.code, style"):
        code.decompose()
    return page.get_text(" ", strip=True)


EDGES = {
    "one call": one_call,
    "no agent time": no_agent_time,
    "no success": no_success,
    "one agent": one_agent,
    "400 agents": many_agents,
    "calls alone": calls_alone,
}
#: Of the other reports these alone are tried every time, the rest before a release.
FIRST = {"one call", "no agent time"}
CASES = [
    pytest.param(name, edge, id=f"{name}-{edge}", marks=() if often else pytest.mark.slow)
    for name in OUTBOUND
    for edge in EDGES
    for often in [name in ("campaign_report", "agent_comparison") or edge in FIRST]
]


@pytest.mark.parametrize(("name", "edge"), CASES)
def test_a_report_comes_out_for_a_campaign_with_next_to_nothing(name, edge, tmp_path, monkeypatch):
    page = make(name, EDGES[edge](), tmp_path, monkeypatch)
    assert page.select(".cs-verdict li") or name == "method"  # which explains, and judges nothing
    assert not page.select("pre.error")
    assert re.findall(r"\b(?:nan|inf|NaT|None(?! of))\b", said(page)) == []
    for heading in page.select("main h2"):
        assert heading.find_next_sibling() is not None, heading


def test_a_campaign_report_without_agent_time_names_the_table(tmp_path, monkeypatch):
    assert "agent_time" in said(make("campaign_report", no_agent_time(), tmp_path, monkeypatch))
