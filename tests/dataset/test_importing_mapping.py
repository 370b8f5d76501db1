"""Mapping files: the same reader for any table."""

# ruff: noqa: E501 - rows of a file stand on one line

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from callstats.answers.trust.data_check import check
from callstats.dataset.importing import read
from callstats.errors import InputError, UsageError

ROOT = Path(__file__).parents[2]
BANK = ROOT.parent / "shared" / "data" / "bank.csv"

MAPPING = """
time_zone = "Europe/Paris"

[file]
decimal = ","

[calls.columns]
call_id = "Id"
contact_id = "Client"
agent_id = "Agent"
campaign_id = { constant = "fibre" }
started_at = { template = "{Date} {Heure}", format = "%d/%m/%Y %H:%M" }
outcome_code = "Qualification"
talk_s = { column = "Durée ms", unit = "ms" }
wrap_s = { column = "Post-appel", unit = "min" }
value = { column = "Montant", optional = true }

[calls.statuses]
"Vente" = "success"
"Refus" = "refusal"
"NRP" = "no_answer"
"Faux" = { connected = true, live = true, handled = true, argued = false, success = false, closed = true, closed_reason = "invalid" }

[contacts]
[contacts.columns]
contact_id = "Client"
[contacts.attributes]
region = "Région"
"""

ROWS = """Id;Client;Agent;Date;Heure;Qualification;Durée ms;Post-appel;Montant;Région
1;a;anna;08/09/2026;12:00;Vente;95000;0,5;1 200,50;Nord
2;b;anna;08/09/2026;12:05;Refus;30000;0,25;;Sud
3;c;bob;09/09/2026;09:00;NRP;;;;Sud
4;d;bob;09/09/2026;09:10;Bizarre;10000;;;Est
5;e;bob;09/09/2026;09:20;Faux;10000;;;Est
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "crm.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def _export(tmp_path: Path, text: str = ROWS, encoding: str = "utf-8") -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    return path


def _frame(dataset, table: str = "calls") -> pd.DataFrame:
    return dataset.frames[table].collect("pandas").to_native()


def _check(calls: pd.DataFrame) -> None:
    assert calls["success"].tolist()[:3] == [True, False, False]
    assert pd.isna(calls["success"].tolist()[3])
    assert calls["talk_s"].tolist()[:2] == [95, 30]
    assert calls["wrap_s"].tolist()[:2] == [30, 15]
    assert calls["value"].tolist()[0] == 1200.5
    assert calls["started_at"].tolist()[0] == pd.Timestamp("2026-09-08 10:00", tz="UTC")
    assert calls["closed_reason"].tolist()[4] == "invalid"


def test_columns_units_statuses_and_dates_are_read_as_the_mapping_says(tmp_path: Path, mapping: Path) -> None:
    dataset = read(_export(tmp_path), mapping=mapping)
    _check(_frame(dataset))
    assert dataset.provenance["source"] == "crm"
    assert dataset.provenance["time_zone"] == "Europe/Paris"


def test_several_tables_come_from_one_file(tmp_path: Path, mapping: Path) -> None:
    contacts = _frame(read(_export(tmp_path), mapping=mapping), "contacts")
    assert contacts["region"].tolist() == ["Nord", "Sud", "Sud", "Est", "Est"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le"])
def test_any_encoding_gives_the_same_rows(tmp_path: Path, mapping: Path, encoding: str) -> None:
    dataset = read(_export(tmp_path, encoding=encoding), mapping=mapping)
    _check(_frame(dataset))
    guessed = encoding in ("latin-1", "utf-16-le")
    assert any("read as" in note for note in dataset.provenance["notes"]) == guessed


def test_an_excel_sheet_gives_the_same_rows(tmp_path: Path, mapping: Path) -> None:
    pytest.importorskip("python_calamine")
    pytest.importorskip("openpyxl")
    frame = pd.read_csv(_export(tmp_path), sep=";", dtype=str, keep_default_na=False)
    frame.to_excel(tmp_path / "export.xlsx", index=False)
    _check(_frame(read(tmp_path / "export.xlsx", mapping=mapping)))


def test_a_parquet_file_gives_the_same_rows(tmp_path: Path, mapping: Path) -> None:
    frame = pd.read_csv(_export(tmp_path), sep=";", dtype={"Date": str, "Montant": str, "Post-appel": str})
    frame.to_parquet(tmp_path / "export.parquet")
    _check(_frame(read(tmp_path / "export.parquet", mapping=mapping)))


def test_a_status_that_the_mapping_lacks_is_unknown_and_found(tmp_path: Path, mapping: Path) -> None:
    dataset = read(_export(tmp_path), mapping=mapping)
    (finding,) = check(dataset).findings
    assert (finding.rule, finding.rows, finding.example) == ("every outcome code is known", 1, "Bizarre (1)")


def test_dates_without_hours_cannot_be_asked_by_hour(tmp_path: Path) -> None:
    path = tmp_path / "days.toml"
    path.write_text('[calls.columns]\nstarted_at = "day"\n')
    (tmp_path / "days.csv").write_text("day,x\n2026-09-01,1\n2026-09-02,1\n")
    dataset = read(tmp_path / "days.csv", mapping=path)
    assert dataset.provenance["lacks"] == {"hour": "day holds dates without a time of day"}


def test_each_row_may_name_its_own_time_zone(tmp_path: Path) -> None:
    path = tmp_path / "zones.toml"
    path.write_text('time_zone = { column = "tz" }\n[calls.columns]\nstarted_at = "at"\n')
    (tmp_path / "zones.csv").write_text(
        "at,tz\n2026-09-01 12:00:00,Europe/Paris\n2026-09-01 12:00:00,America/New_York\n2026-09-01 12:00:00,Mars\n"
    )
    dataset = read(tmp_path / "zones.csv", mapping=path)
    calls = _frame(dataset)
    assert [moment.hour for moment in calls["started_at"]] == [10, 16]
    assert [moment.hour for moment in calls["local_started_at"]] == [12, 12]
    assert dataset.rejects.frame()[["row", "rule", "found"]].to_numpy().tolist() == [
        [4, "a time zone is known", "Mars"]
    ]


def test_a_source_and_a_mapping_together_are_refused(tmp_path: Path, mapping: Path) -> None:
    with pytest.raises(UsageError, match="both a source and a mapping"):
        read(_export(tmp_path), source="vicidial", mapping=mapping)


def test_a_column_the_file_lacks_is_named_with_the_near_ones(tmp_path: Path, mapping: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(_export(tmp_path, ROWS.replace("Agent", "Agents")), mapping=mapping)
    assert caught.value.near == ("Agents",)
    assert caught.value.file == "export.csv"
    assert caught.value.exit_code == 3


@pytest.mark.skipif(not BANK.exists(), reason="the UCI file is not here")
def test_the_bank_file_has_its_contacts_successes_and_dials() -> None:
    dataset = read(BANK, mapping=ROOT / "notebooks" / "explore" / "bank.toml")
    calls = _frame(dataset)
    assert dataset.provenance["rows"] == {"calls": 12_630, "contacts": 4_521}
    assert calls["success"].sum() == 521
    assert len(dataset.rejects) == 0


def test_a_row_for_several_dials_gives_the_outcome_to_the_last(tmp_path: Path) -> None:
    header = "contact;day;month;duration;campaign;y;age;job;marital;education;balance;default;housing;loan;poutcome;previous"
    rest = "30;clerk;single;primary;10;no;yes;no;unknown;0"
    (tmp_path / "small.csv").write_text(
        f"{header}\ncellular;19;oct;79;3;yes;{rest}\ntelephone;5;may;10;1;no;{rest}\ncellular;5;may;10;x;no;{rest}\n"
    )
    dataset = read(tmp_path / "small.csv", mapping=ROOT / "notebooks" / "explore" / "bank.toml")
    digest = hashlib.sha256((tmp_path / "small.csv").read_bytes()).hexdigest()[:12]
    won = _frame(dataset).query(f"contact_id == '{digest}:2'")
    assert won["attempt_no"].tolist() == [1, 2, 3]
    assert won["success"].tolist() == [False, False, True]
    assert won["live"].isna().tolist() == [True, True, False]
    assert won["talk_s"].sum() == 79
    assert dataset.rejects.frame()["row"].tolist() == [4]


def test_a_clock_is_a_clock_whatever_unit_plain_numbers_have(mapping, tmp_path):
    rows = ROWS.replace("95000", "00:01:35").replace("30000", "00:00:30.500")
    calls = read(_export(tmp_path, rows), mapping=mapping).table("calls").collect().to_pandas()
    talk = calls.set_index("call_id")["talk_s"]
    assert talk[["1", "2", "4"]].tolist() == [95.0, 30.5, 10.0]
