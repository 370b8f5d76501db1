"""A call whose time is a date alone costs that call its hour; the others keep theirs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config

HEADER = "Id,WhoId,OwnerId,CallType,CompletedDateTime,ActivityDate,CallDurationInSeconds,CallDisposition"


def tasks(folder: Path, without: int, calls: int = 20, **options: object) -> cs.Dataset:
    """Return tasks of Salesforce, some of which were closed at no known time."""
    closed = ["" if i < without else f"2026-09-14T10:{i:02d}:00.000Z" for i in range(calls)]
    rows = [f"t{i},p{i},ann,Outbound,{at},2026-09-14,60,Connected" for i, at in enumerate(closed)]
    (folder / "tasks.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return cs.read(folder / "tasks.csv", source="salesforce", time_zone="UTC", **options)  # type: ignore[arg-type]


def hours(data: cs.Dataset) -> list[int]:
    return data.table("calls").collect().to_pandas()["local_started_at"].dt.hour.tolist()


def test_one_call_without_an_hour_takes_no_hour_from_the_others(tmp_path: Path) -> None:
    data = tasks(tmp_path, without=1)
    assert "hour" not in data.provenance["lacks"]
    assert sorted(hours(data)) == [0, *[10] * 19]
    assert (
        "tasks.csv: 1 time of ActivityDate is a date without an hour, and stands at midnight"
        in (data.provenance["notes"])
    )
    assert len(cs.measure(data, "dials", by="hour")) == 2


def test_hours_are_refused_where_more_calls_lack_them_than_may_be_unknown(tmp_path: Path) -> None:
    said = {"hour": "ActivityDate holds dates without a time of day"}
    assert tasks(tmp_path, without=2).provenance["lacks"].items() >= said.items()
    assert tasks(tmp_path, without=20).provenance["lacks"].items() >= said.items()


def test_the_share_that_may_be_unknown_is_the_projects(tmp_path: Path) -> None:
    assert "hour" not in tasks(tmp_path, without=2, config=Config(unknown_tolerance=0.1)).provenance["lacks"]
    strict = tasks(tmp_path, without=1, config=Config(unknown_tolerance=0.01))
    assert "hour" in strict.provenance["lacks"]


@pytest.mark.parametrize(("without", "lacks"), [(1, False), (2, True)])
def test_dates_and_times_in_one_column_are_counted_alike(tmp_path: Path, without: int, lacks: bool) -> None:
    times = [f"{14 + i % 10}/09/2026" + ("" if i < without else " 10:05") for i in range(20)]
    (tmp_path / "crm.csv").write_text("when\n" + "\n".join(times) + "\n", encoding="utf-8")
    (tmp_path / "crm.toml").write_text('time_zone = "UTC"\n[calls.columns]\nstarted_at = "when"\n')
    data = cs.read(tmp_path / "crm.csv", mapping=tmp_path / "crm.toml")
    assert data.provenance["rows"] == {"calls": 20}
    assert ("hour" in data.provenance["lacks"]) == lacks


def test_a_workbook_that_types_dates_is_counted_as_text_is(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    moments = [pd.Timestamp(2026, 9, 14 + i, 10) for i in range(10)]
    frame = pd.DataFrame({"closed": [None, *moments[1:]], "day": [m.normalize() for m in moments]})
    frame.to_excel(tmp_path / "crm.xlsx", index=False)
    started = 'started_at = { column = ["closed", "day"], first = "filled" }'
    (tmp_path / "crm.toml").write_text(f'time_zone = "UTC"\n[calls.columns]\n{started}\n', encoding="utf-8")
    assert "hour" in cs.read(tmp_path / "crm.xlsx", mapping=tmp_path / "crm.toml").provenance["lacks"]
    lenient = Config(unknown_tolerance=0.1)
    data = cs.read(tmp_path / "crm.xlsx", mapping=tmp_path / "crm.toml", config=lenient)
    assert "hour" not in data.provenance["lacks"]
    assert sorted(hours(data)) == [0, *[10] * 9]
