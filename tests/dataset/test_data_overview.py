"""What a data set is, at a glance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.dataset import data_overview

DEMO = Path(__file__).parents[2] / "data" / "demo"


def calls(*campaigns: str) -> dict[str, pd.DataFrame]:
    days = pd.date_range("2026-09-01 10:00", periods=len(campaigns), freq="D")
    ids = [str(i) for i in range(len(campaigns))]
    frame = {"call_id": ids, "direction": "outbound", "campaign_id": campaigns, "local_started_at": days}
    return {"calls": pd.DataFrame(frame)}


def test_the_repr_tells_tables_rows_days_and_campaigns() -> None:
    assert repr(cs.open(calls("spring", "spring", "autumn"))).splitlines() == [
        "Dataset(calls)",
        "  rows       calls 3",
        "  days       2026-09-01 to 2026-09-03",
        "  campaigns  autumn, spring",
    ]


def test_a_narrowed_data_set_tells_what_is_left() -> None:
    narrow = cs.open(calls("spring", "spring", "autumn")).where(campaign_id="autumn", period="2026-09")
    assert repr(narrow).splitlines() == [
        "Dataset(calls; campaign_id autumn, 2026-09)",
        "  rows       calls 1",
        "  days       2026-09-03",
        "  campaigns  autumn",
    ]


def test_of_many_campaigns_the_first_are_named() -> None:
    assert "c07, 22 more" in repr(cs.open(calls(*(f"c{i:02}" for i in range(30)))))


def test_the_rows_are_those_of_the_files() -> None:
    rows = len(pd.read_parquet(DEMO / "surveys.parquet"))
    assert f"surveys {rows:,}" in repr(cs.open(DEMO))


def test_a_long_table_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_overview, "_READ", 1000)
    monkeypatch.setattr(cs.Dataset, "values", lambda *_: pytest.fail("the calls were read"))
    whole = cs.open(DEMO)
    lines = repr(whole).splitlines()
    assert lines[1].startswith("  rows  calls 54,879, ")  # as the files say of themselves
    assert lines[2:] == ["  days  2026-07-01 to 2026-09-30"]


def test_the_rows_left_of_a_long_table_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_overview, "_READ", 1000)
    assert "calls " not in repr(cs.open(DEMO).where(campaign_id="spring")).splitlines()[1]


def test_names_from_the_data_are_never_markup() -> None:
    shown = cs.open(calls("<script>alert(1)</script>"))._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_what_cannot_be_read_is_still_told(tmp_path: Path) -> None:
    opened = cs.open(cs.open(calls("spring")).save(tmp_path / "desk"))
    for file in (tmp_path / "desk").rglob("calls*.parquet"):
        file.unlink()
    for file in (tmp_path / "desk").rglob("calls/*.parquet"):
        file.unlink()
    assert repr(opened) == "Dataset(calls)"
