"""The layouts of VICIdial's export form, and what Excel leaves of a call export."""

# ruff: noqa: E501 - rows of a file stand on one line

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from callstats.dataset.importing import read
from callstats.errors import InputError
from callstats.sources.vicidial import ALTERNATE, CALL_EXPORT, EXTENDED

LAYOUTS = {layout.name: layout for layout in (CALL_EXPORT, *EXTENDED, ALTERNATE)}
CALLS = (
    {"call_date": "2024-09-09 09:00:27", "status": "SALE", "user": "anna", "lead_id": "1", "length_in_sec": "95",
     "uniqueid": "1725865227.1", "wrapup_time": "12", "alt_dial": "MAIN"},
    {"call_date": "2024-09-09 09:03:24", "status": "NA", "user": "VDAD", "lead_id": "2", "length_in_sec": "0",
     "uniqueid": "1725865404.2", "wrapup_time": "0", "alt_dial": "MAIN"},
    {"call_date": "2024-09-09 09:05:00", "status": "NI", "user": "bob", "lead_id": "3", "length_in_sec": "40",
     "uniqueid": "1725865500.3", "wrapup_time": "0", "alt_dial": "MAIN"},
)  # fmt: skip
COMMON = {"campaign_id": "spring", "list_id": "101", "gmt_offset_now": "2.00", "called_count": "1"}


def _write(path: Path, order: tuple[str, ...], rows, delimiter: str = "\t") -> Path:
    lines = [order, *([(COMMON | row).get(name, "") for name in order] for row in rows)]
    path.write_text("".join(delimiter.join(line) + "\r\n" for line in lines), encoding="utf-8")
    return path


def _calls(path: Path) -> pd.DataFrame:
    dataset = read(path, source="vicidial", time_zone="Europe/Paris")
    assert len(dataset.rejects) == 0
    return dataset.frames["calls"].collect("pandas").to_native()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("call export", 39),
        ("call export, EXTENDED without the carrier", 44),
        ("call export, EXTENDED", 58),
        ("call export, EXTENDED_2 without the carrier", 45),
        ("call export, EXTENDED_2", 59),
        ("call export, EXTENDED_3", 65),
        ("call export, ALTERNATE_1", 12),
    ],
)
def test_a_choice_of_the_form_has_as_many_columns_as_the_form_writes(name: str, columns: int) -> None:
    order = LAYOUTS[name].order
    assert len(order) == len(set(order)) == columns


@pytest.mark.parametrize("layout", [CALL_EXPORT, *EXTENDED], ids=lambda layout: layout.name)
def test_every_choice_of_the_form_with_a_header_is_the_call_export(layout, tmp_path: Path) -> None:
    calls = _calls(_write(tmp_path / "EXPORT_CALL_REPORT.txt", layout.order, CALLS))
    assert calls["success"].tolist() == [True, False, False]
    assert calls["handled"].tolist() == [True, False, True]
    assert calls["talk_s"].sum() == 95 + 40


def test_the_extended_export_names_calls_by_uniqueid_and_has_the_work_after_them(tmp_path: Path) -> None:
    order = LAYOUTS["call export, EXTENDED_3"].order
    calls = _calls(_write(tmp_path / "export.txt", order, CALLS)).set_index("call_id")
    assert calls.index.tolist() == ["1725865227.1", "1725865404.2", "1725865500.3"]
    # bob's 0 may be a row that the agent log lacks.
    assert calls["wrap_s"].dropna().to_dict() == {"1725865227.1": 12}


def test_a_call_of_the_extended_export_that_came_to_two_in_groups_is_one(tmp_path: Path) -> None:
    dial = {**CALLS[1], "status": "DROP", "length_in_sec": "8"}
    closers = [
        {**dial, "call_date": "2024-09-09 09:03:32", "status": "TIMEOT", "user": "VDCL", "alt_dial": "60.00",
         "length_in_sec": "60"},
        {**dial, "call_date": "2024-09-09 09:04:32", "status": "SALE", "user": "eve", "alt_dial": "5.00",
         "length_in_sec": "65"},
    ]  # fmt: skip
    order = LAYOUTS["call export, EXTENDED"].order
    calls = _calls(_write(tmp_path / "export.txt", order, [CALLS[0], dial, *closers]))
    assert calls[["call_id", "success", "agent_id"]].to_dict("records") == [
        {"call_id": "1725865227.1", "success": True, "agent_id": "anna"},
        {"call_id": "1725865404.2", "success": True, "agent_id": "eve"},
    ]
    assert calls["queue_s"].iloc[1] == 65


SHORT = """call_date|phone_number_dialed|status|campaign_id|vendor_lead_code|source_id|first_name|last_name|length_in_sec|called_count|last_local_call_time|caller_code
202409090900|0199001001|SALE|spring|||Zoe|"|95|3|202409090900|V9090900270000000001
202409090900|0199001001|NA|spring|||Zoe||0|2|202409090900|V9090900010000000001
202409090903|0199001002|DROP|spring|||Ada||8|1|202409090903|V9090903240000000002
202409090903|0199001002|NI|drop_in|||Ada||65|1725865404.2|1|V9090903240000000002
202409090910|XXXXXX1003|NI|service|||||30|1725865800.4|1|
202409090910|XXXXXX1003|NI|service|||||40|1725865810.5|1|Y9090910100000000009
"""


def test_the_short_choice_of_the_form_has_numbers_for_contacts_and_no_agents(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_text(SHORT, encoding="utf-8")
    calls = _calls(path)
    assert "agent_id" not in calls or calls["agent_id"].isna().all()
    # The dropped dial and its row in the in-group are one; hidden numbers are nobody's.
    assert calls["direction"].tolist() == ["outbound", "outbound", "outbound", "inbound", "inbound"]
    assert calls["contact_id"].tolist()[:3] == ["0199001001", "0199001001", "0199001002"]
    assert calls["contact_id"].isna().sum() == 2
    assert calls["attempt_no"].dropna().tolist() == [2, 3, 1]
    assert calls["success"].sum() == 1
    assert calls["handled"].tolist() == [False, True, True, True, True]
    assert calls["local_started_at"].iloc[2] == pd.Timestamp("2024-09-09 09:03:00")


@pytest.mark.parametrize(
    ("form", "delimiter"),
    [("%-m/%-d/%Y %-H:%M", ","), ("%d/%m/%Y %H:%M", ";"), ("%d.%m.%Y %H:%M", ";"), ("%Y-%m-%d %H:%M", ",")],
)
def test_the_times_that_excel_writes_in_any_country_are_found_out(
    form: str, delimiter: str, tmp_path: Path
) -> None:
    days = ("2024-09-01 09:00", "2024-09-13 09:03", "2024-09-13 14:30")
    dates = [pd.Timestamp(day).strftime(form) for day in days]
    rows = [{**row, "call_date": date} for row, date in zip(CALLS, dates, strict=True)]
    calls = _calls(_write(tmp_path / "export.csv", CALL_EXPORT.order, rows, delimiter))
    assert calls["local_started_at"].tolist() == [pd.Timestamp(day) for day in days]


def test_dates_of_excel_that_fit_two_countries_are_asked_about(tmp_path: Path) -> None:
    rows = [{**row, "call_date": "9/1/2024 9:00"} for row in CALLS]
    path = _write(tmp_path / "export.csv", CALL_EXPORT.order, rows, ",")
    with pytest.raises(InputError, match="cannot tell the day from the month"):
        read(path, source="vicidial", time_zone="Europe/Paris")


def test_uniqueids_that_excel_rounded_until_leads_share_one_are_left_out(tmp_path: Path) -> None:
    rows = [{**row, "uniqueid": "1725865227"} for row in CALLS[:2]]
    rows += [{**CALLS[2], "uniqueid": "1.73E+09"}, {**CALLS[2], "lead_id": "4", "uniqueid": "1.73E+09"}]
    calls = _calls(_write(tmp_path / "export.csv", LAYOUTS["call export, EXTENDED"].order, rows, ","))
    assert calls["call_id"].tolist() == [
        "1-20240909090027", "2-20240909090324", "3-20240909090500", "4-20240909090500",
    ]  # fmt: skip


def test_a_dropped_dial_of_the_standard_export_is_found_in_the_in_group_by_its_time(tmp_path: Path) -> None:
    dial = {**CALLS[1], "status": "DROP", "length_in_sec": "8"}
    closer = {**dial, "call_date": "2024-09-09 09:03:32", "status": "SALE", "user": "eve", "alt_dial": "10",
              "length_in_sec": "70", "campaign_id": "drop_in"}  # fmt: skip
    calls = _calls(_write(tmp_path / "export.txt", CALL_EXPORT.order, [CALLS[0], dial, closer]))
    columns = ["call_id", "campaign_id", "agent_id", "success", "abandoned", "talk_s"]
    assert calls[columns].to_dict("records")[1] == {
        "call_id": "2-20240909090324", "campaign_id": "spring", "agent_id": "eve",
        "success": True, "abandoned": False, "talk_s": 60,
    }  # fmt: skip
