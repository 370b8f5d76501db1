"""What is older than the project keeps is taken out, at an import and when it is asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config, RetentionSettings
from callstats.dataset import add
from callstats.dataset.rejects import COLUMNS, Rejects
from callstats.dataset.retention import expire
from callstats.errors import InputError

TODAY = dt.date(2026, 11, 30)


def _month(day: str, contact: str, config: Config | None = None, **more: pd.DataFrame) -> cs.Dataset:
    start = pd.to_datetime([day], utc=True)
    calls = pd.DataFrame({"call_id": [f"{day}-{contact}"], "contact_id": [contact], "direction": "outbound"})
    calls = calls.assign(started_at=start, local_started_at=start.tz_localize(None))
    return cs.open({"calls": calls, **more}, config=config)


def _ids(folder: Path, table: str = "calls", column: str = "call_id") -> list[str]:
    return sorted(cs.open(folder).table(table).collect("pyarrow").to_native().to_pandas()[column])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    loaded = pd.to_datetime(pd.Series(["2024-09-01", "2024-09-01", None, "2026-01-01"]), utc=True)
    people = pd.DataFrame(
        {"contact_id": ["gone", "met again", "never", "new"], "list_id": "A", "loaded_at": loaded}
    )
    surveys = pd.DataFrame({"call_id": ["2024-10-31-gone"], "kind": "csat", "score": [4.0]})
    costs = pd.DataFrame({"campaign_id": ["s"], "period": ["2024-10"], "kind": ["list"], "amount": [9.0]})
    add(_month("2024-10-31", "gone", contacts=people, surveys=surveys, costs=costs), tmp_path / "data")
    add(_month("2024-10-30", "met again"), tmp_path / "data")
    add(_month("2024-11-01", "met again"), tmp_path / "data")
    return tmp_path / "data"


def test_whole_months_before_the_one_that_runs_are_kept(folder):
    done = expire(folder, RetentionSettings(calls_months=24), TODAY)
    assert done.before == dt.date(2024, 11, 1)
    assert dict(done.rows) == {"calls": 2, "contacts": 1, "surveys": 1}
    assert _ids(folder) == ["2024-11-01-met again"]
    assert _ids(folder, "contacts", "contact_id") == ["met again", "never", "new"]
    assert (
        cs.open(folder)
        .table(
            "costs",
        )
        .collect("pandas")
        .shape[0]
        == 1
    )  # of no person
    assert not expire(folder, RetentionSettings(calls_months=24), TODAY)


def test_a_dry_run_takes_nothing_out(folder):
    assert dict(expire(folder, RetentionSettings(calls_months=24), TODAY, dry_run=True).rows)["calls"] == 2
    assert len(_ids(folder)) == 3


def test_nothing_is_taken_out_where_nothing_is_said(folder):
    assert not expire(folder, RetentionSettings(), TODAY)


def test_a_clock_that_is_wrong_does_not_empty_the_data(folder):
    with pytest.raises(InputError, match="no call would be left"):
        expire(folder, RetentionSettings(calls_months=24), dt.date(2099, 1, 1))
    assert len(_ids(folder)) == 3


def test_an_import_takes_out_what_the_project_keeps_no_longer(tmp_path):
    config = Config(retention=RetentionSettings(calls_months=12))
    long_ago, lately = TODAY.replace(year=2001).isoformat(), dt.date.today().isoformat()
    add(_month(long_ago, "old"), tmp_path / "data")
    added = add(_month(lately, "new", config), tmp_path / "data")
    assert dict(added.expired.rows) == {"calls": 1}
    assert _ids(tmp_path / "data") == [f"{lately}-new"]


def test_rows_left_out_lose_their_content_and_keep_their_place(tmp_path):
    bad = pd.DataFrame(
        [["x.csv", 7, "calls", "talk_s", "rule", "why", "soon", "Ann,soon"]], columns=list(COLUMNS)
    )
    for day in ("2026-07-31", "2026-08-01"):
        ds = _month(day, "c")
        known = {"files": [{"name": "x.csv", "sha256": day, "rows": 2}], "notes": [], "source": "s"}
        add(
            cs.Dataset(ds.frames, config=ds.config, provenance=known, rejects=Rejects(bad)), tmp_path / "data"
        )
    assert expire(tmp_path / "data", RetentionSettings(rejects_months=3), TODAY).emptied == 1
    rejects = cs.open(tmp_path / "data").rejects.frame()
    assert rejects["row"].tolist() == [7, 7]
    assert sorted(rejects["content"].isna()) == [False, True]
