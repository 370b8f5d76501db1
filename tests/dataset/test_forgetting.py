"""Forget a person: gone from every table, left out of later imports, and nobody else touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.dataset import add
from callstats.dataset.forgetting import forget
from callstats.dataset.forgotten_list import ForgottenList
from callstats.dataset.person_marks import answering, marks
from callstats.dataset.rejects import COLUMNS, Rejects
from callstats.errors import InputError, UsageError

DEMO = Path(__file__).parents[2] / "data" / "demo"
#: Numbers that the regulator of France keeps for fiction.
ANN, BOB = "+33199001003", "+33199001004"


def _calls(*rows: tuple[str, str, str]) -> pd.DataFrame:
    start = pd.to_datetime([day for *_, day in rows], utc=True)
    columns = {"call_id": [r[0] for r in rows], "contact_id": [r[1] for r in rows], "direction": "outbound"}
    return pd.DataFrame({**columns, "started_at": start, "local_started_at": start.tz_localize(None)})


def _site(**more: pd.DataFrame) -> cs.Dataset:
    rows = [
        ("a", ANN, "2026-08-03"),
        ("b", BOB, "2026-08-03"),
        ("c", ANN, "2026-09-01"),
        ("d", "7", "2026-09-02"),
    ]
    return cs.open({"calls": _calls(*rows), **more})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    surveys = pd.DataFrame({"call_id": ["a", "b"], "kind": "csat", "score": [1.0, 5.0]})
    loaded = pd.to_datetime(["2026-08-01"] * 2, utc=True)
    people = pd.DataFrame(
        {"contact_id": [ANN, BOB], "list_id": "A", "loaded_at": loaded, "street": ["S1", "S2"]}
    )
    ds = _site(surveys=surveys, contacts=people)
    bad = pd.DataFrame(
        [
            ["x.csv", 7, "calls", "talk_s", "rule", "why", "soon", "x,0199001003,soon"],
            ["x.csv", 8, "calls", "talk_s", "rule", "why", "soon", "x,0199001009,soon"],
        ],
        columns=list(COLUMNS),
    )
    add(cs.Dataset(ds.frames, config=ds.config, rejects=Rejects(bad)), tmp_path / "data")
    return tmp_path / "data"


def _rows(folder: Path, table: str, *columns: str) -> list[tuple]:
    frame = cs.open(folder).table(table).collect("pyarrow").to_native().to_pandas()
    return sorted(frame[list(columns)].itertuples(index=False, name=None))


def test_whatever_is_known_of_the_contact_is_gone(folder):
    done = forget(folder, "01 99 00 10 03")
    assert (done.found, dict(done.rows), done.emptied) == (
        (True,), {"calls": 2, "contacts": 1, "surveys": 1}, 1
    )  # fmt: skip
    assert _rows(folder, "calls", "call_id") == [("b",), ("d",)]
    assert _rows(folder, "contacts", "contact_id") == [(BOB,)]
    assert _rows(folder, "surveys", "call_id") == [("b",)]
    rejects = cs.open(folder).rejects.frame()
    assert rejects["row"].tolist() == [7, 8]
    assert rejects["content"].isna().tolist() == [True, False]
    told = json.loads((folder / "dataset.json").read_text())
    assert told["rows"] == {"calls": 2, "contacts": 1, "surveys": 1}


def test_no_file_says_the_number_any_more(folder):
    forget(folder, ANN)
    for file in folder.rglob("*"):
        if file.is_file():
            assert b"199001003" not in file.read_bytes(), file.name
            if file.suffix == ".parquet":
                assert "199001003" not in pd.read_parquet(file).to_csv(), file.name


def test_a_month_without_others_has_no_file_any_more_and_others_stay_to_the_byte(folder):
    add(cs.open({"calls": _calls(("z", BOB, "2026-10-01"))}), folder)
    before = (folder / "calls" / "2026-10.parquet").read_bytes()
    forget(folder, [ANN, "7"])
    assert sorted(file.name for file in (folder / "calls").iterdir()) == [
        "2026-08.parquet",
        "2026-10.parquet",
    ]
    assert (folder / "calls" / "2026-10.parquet").read_bytes() == before


def test_the_next_import_leaves_them_out_and_says_so(folder):
    forget(folder, ANN)
    again = add(_site(), folder)
    assert _rows(folder, "calls", "call_id") == [("b",), ("d",)]
    assert "2 rows of people who were forgotten were left out" in again.notes or again.nothing_new
    written_apart = add(
        cs.open({"calls": _calls(("e", "0199001003", "2026-09-05"), ("f", "9", "2026-09-05"))}), folder
    )
    assert "1 row of people who were forgotten was left out" in written_apart.notes
    assert _rows(folder, "calls", "call_id") == [("b",), ("d",), ("f",)]


def test_data_begun_anew_leave_them_out_too(folder):
    forget(folder, ANN)
    add(_site(), folder, replace=True)
    assert _rows(folder, "calls", "call_id") == [("b",), ("d",)]


def test_kept_calls_are_nobodys_and_figures_stay(folder):
    names = ["dials", "csat", "attempts_per_contact"]
    before = cs.measure(cs.open(folder), names)["value"].tolist()
    forget(folder, ANN, keep_calls=True)
    assert cs.measure(cs.open(folder), names)["value"].tolist() == before
    contacts = [name for (name,) in _rows(folder, "calls", "contact_id")]
    nobody = {name for name in contacts if name.startswith("nobody-")}
    assert (len(nobody), contacts.count(next(iter(nobody)))) == (1, 2)
    streets = dict(_rows(folder, "contacts", "contact_id", "street"))
    assert streets.pop(BOB) == "S2"
    assert [*streets] == [*nobody]
    assert pd.isna([*streets.values()]).all()
    assert not {"a", "c"} & {call for (call,) in _rows(folder, "calls", "call_id")}
    assert len(_rows(folder, "surveys", "call_id")) == 2
    assert {call for (call,) in _rows(folder, "surveys", "call_id")} <= {
        c for (c,) in _rows(folder, "calls", "call_id")
    }


def test_a_dry_run_counts_and_changes_nothing(folder):
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert dict(forget(folder, ANN, dry_run=True).rows) == {"calls": 2, "contacts": 1, "surveys": 1}
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_all_contacts_of_a_number_are_meant(tmp_path):
    calls = _calls(
        ("a", "k1", "2026-09-01"),
        ("b", "k2", "2026-09-01"),
        ("c", "k3", "2026-09-01"),
        ("d", "k1", "2026-09-02"),
    )
    add(cs.open({"calls": calls.assign(phone=pd.Series([ANN, "0199001003", BOB, None]))}), tmp_path / "data")
    forget(tmp_path / "data", ANN)
    assert _rows(tmp_path / "data", "calls", "call_id") == [("c",)]


def test_the_last_contact_leaves_a_data_set_without_calls(tmp_path):
    add(cs.open({"calls": _calls(("a", "7", "2026-09-01"), ("b", "7", "2026-08-01"))}), tmp_path / "data")
    forget(tmp_path / "data", "7")
    assert _rows(tmp_path / "data", "calls", "call_id") == []


def test_somebody_who_is_not_there_is_said_and_left_out_later(folder):
    assert forget(folder, ["0199001010", ANN]).found == (False, True)
    add(cs.open({"calls": _calls(("z", "+33199001010", "2026-09-09"), ("y", "8", "2026-09-09"))}), folder)
    assert ("z",) not in _rows(folder, "calls", "call_id")


def test_the_list_holds_no_number_and_is_for_its_owner_alone(folder):
    forget(folder, ANN)
    assert (folder / "forgotten.json").stat().st_mode & 0o077 == 0
    forget(folder, BOB)
    known = ForgottenList.of(folder)
    assert known is not None
    assert known.names("0199001003")
    assert known.names("0199001004")
    assert (folder / "forgotten.json").stat().st_mode & 0o077 == 0


def test_a_damaged_list_refuses_an_import(folder):
    forget(folder, ANN)
    (folder / "forgotten.json").write_text("{}")
    with pytest.raises(InputError, match=r"forgotten is damaged"):
        add(_site(), folder)


def test_a_data_set_of_one_file_of_calls_is_written_as_one(tmp_path):
    shutil.copytree(DEMO, tmp_path / "data")
    before = cs.measure(cs.open(tmp_path / "data"), "dials")["value"].tolist()
    rows = cs.open(tmp_path / "data").table("calls").collect("pyarrow").to_native().to_pandas()
    mine = rows[rows["contact_id"] == "100001"]
    assert dict(forget(tmp_path / "data", "100001").rows)["calls"] == len(mine) > 0
    after = cs.measure(cs.open(tmp_path / "data"), "dials")["value"].tolist()
    assert before[0] - after[0] == (mine["direction"] == "outbound").sum()


@pytest.mark.parametrize("named", [[], [" "], ""])
def test_nobody_named_is_refused(folder, named):
    with pytest.raises(UsageError, match="nobody is named"):
        forget(folder, named)


def test_what_is_no_data_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="no data set"):
        forget(tmp_path, ANN)


@pytest.mark.parametrize(
    ("asked", "text", "is_meant"),
    [
        ("+33 1 99 00 10 03", "0033 199 00 10 03", True),
        ("+33 (0)1 99 00 10 03", "0199001003", True),
        ("0199001003", "+33199001003", True),
        ("199001003", "0199001003", True),
        ("33199001003", "+33199001003", True),
        ("+33199001003", "+34199001003", False),
        ("+33199001003", "0199001004", False),
        ("+1 212 555 0100", "(212) 555-0100", True),
        ("+7 495 000 00 00", "8 495 000 00 00", False),  # a trunk 8 is not known to be one
        ("12345", "012345", False),  # too short for a number: to the letter
        ("A-17", "A-17", True),
        ("A-17", "a-17", False),
        (" A-17 ", "A-17", True),
    ],
)
def test_a_number_is_meant_however_it_is_written(asked, text, is_meant):
    assert bool(answering(marks(asked)) & marks(text)) is is_meant
