"""Drafts of mappings: what a person has to change in them; nothing in a file becomes more than text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import callstats as cs
from callstats.errors import InputError
from callstats.sources import mapping
from callstats.sources.drafting import draft_mapping, recognised
from callstats.sources.drafting.unknown_files import find_titles
from callstats.sources.outcome_words import kind_of
from callstats.sources.outcomes import OUTCOMES
from tests.sources.drafted_exports import EXPORTS


def written(folder: Path, files: dict[str, str]) -> list[Path]:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in files]


def drafted(folder: Path, content: str, name: str = "calls.csv") -> dict[str, Any]:
    return tomllib.loads(draft_mapping(written(folder, {name: content}), time_zone="Europe/Paris"))


def lines_of(content: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Return a mapping as its lines: every column, code and rule by its place."""
    lines: dict[tuple[str, ...], Any] = {}
    for key, value in content.items():
        if key == "time_zone":
            continue
        for inner, entry in value.items():
            if inner in ("columns", "statuses", "attributes", "legs", "wide"):
                lines |= {(key, inner, name): item for name, item in entry.items()}
            else:
                lines[key, inner] = entry
    return lines


def changes(draft: str, right: str) -> list[tuple[str, ...]]:
    """Return the lines that a person has to add, to change or to take out."""
    mine, theirs = lines_of(tomllib.loads(draft)), lines_of(tomllib.loads(right))
    return [place for place in mine.keys() | theirs.keys() if mine.get(place) != theirs.get(place)]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_person_changes_at_most_three_lines(name: str, tmp_path: Path) -> None:
    files, right = EXPORTS[name]
    draft = draft_mapping(written(tmp_path, files), time_zone="Europe/Paris")
    assert len(changes(draft, right)) <= 3, changes(draft, right)


#: Rows of each table, counted in the files by hand.
ROWS = {
    "french_crm": {"calls": 5},
    "russian_pbx": {"calls": 3},  # the internal one is left out
    "service_line": {"calls": 4, "surveys": 4},
    "switchboard": {"calls": 2},  # two legs are one call
    "cloud_dialer": {"calls": 3, "agent_time": 8, "costs": 2},
    "power_dialer": {"calls": 8},
    "predictive_dialer": {"calls": 5},
    "cloud_phone": {"calls": 5},
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_draft_is_imported_as_it_is(name: str, tmp_path: Path) -> None:
    files = written(tmp_path, EXPORTS[name][0])
    (tmp_path / "draft.toml").write_text(draft_mapping(files, time_zone="Europe/Paris"), encoding="utf-8")
    data = cs.read(files, mapping=tmp_path / "draft.toml")
    assert data.provenance["rows"] == ROWS[name]
    assert len(data.rejects.frame()) == 0


def test_a_date_that_fits_two_ways_is_a_question_and_no_guess(tmp_path: Path) -> None:
    files = written(tmp_path, {"a.csv": "Id,Date\n1,03/04/2026 10:00\n2,05/04/2026 11:00\n"})
    draft = draft_mapping(files, time_zone="Europe/Paris")
    assert (
        '# started_at = { column = "Date", format = "%d/%m/%Y %H:%M" }  # 2026-04-03 to 2026-04-05' in draft
    )
    assert (
        '# started_at = { column = "Date", format = "%m/%d/%Y %H:%M" }  # 2026-03-04 to 2026-05-04' in draft
    )
    assert tomllib.loads(draft)["calls"]["columns"]["started_at"] == "Date"
    (tmp_path / "m.toml").write_text(draft, encoding="utf-8")
    with pytest.raises(InputError, match="cannot tell the day from the month"):
        cs.read(files, mapping=tmp_path / "m.toml")


def test_a_weekday_settles_which_number_is_the_day(tmp_path: Path) -> None:
    content = drafted(tmp_path, "Id,Date\n1,Wed 04/03/2026 10:00\n2,Fri 06/03/2026 10:00\n")  # 4 and 6 March
    assert content["calls"]["columns"]["started_at"]["format"] == "%d/%m/%Y %H:%M"


def test_text_of_a_file_becomes_a_string_or_one_comment(tmp_path: Path) -> None:
    code = '"Sold""\n[evil]\nk = 1"'
    head = '"Result""]\n[evil]\nx = 1"'
    row = f"1,2026-09-01 10:00,{code},a\n"
    more = "2,2026-09-01 10:05,No,b\n"
    draft = draft_mapping(written(tmp_path, {"[x]\x07.csv": f'Id,Date,{head},"# y\n[evil]"\n' + row + more}))
    content = tomllib.loads(draft)
    assert "evil" not in content
    assert set(content) == {"calls"}
    (tmp_path / "m.toml").write_text(draft, encoding="utf-8")
    assert mapping.load(tmp_path / "m.toml").statuses


def test_a_code_nobody_can_tell_is_a_todo_and_no_line(tmp_path: Path) -> None:
    files = written(tmp_path, {"a.csv": "Id,Date,Result\n1,2026-09-01 10:00,Sold\n2,2026-09-01 10:05,ZZ9\n"})
    draft = draft_mapping(files)
    assert '# "ZZ9" = "no_outcome"  # TODO: 1 row' in draft
    assert tomllib.loads(draft)["calls"]["statuses"] == {"Sold": "success"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Not interested", "refusal"), ("Interested", "success"), ("No answer", "no_answer"),
        ("Answered", "spoken"),
        ("Call back later", "callback"), ("Wrong number", "wrong_number"), ("Do not call", "do_not_call"),
        ("Pas de réponse", "no_answer"), ("Pas intéressé", "refusal"), ("RDV pris", "success"),
        ("Faux numéro", "wrong_number"),
        ("Не отвечает", "no_answer"), ("Отказ", "refusal"), ("Автоответчик", "machine"), ("Занято", "busy"),
        ("Kein Interesse", "refusal"), ("Anrufbeantworter", "machine"),
        ("Nicht erreicht", "no_answer"), ("Verkauf", "success"),
        ("No contesta", "no_answer"), ("Ocupado", "busy"),
        ("Buzón de voz", "machine"), ("No interesado", "refusal"),
        ("NO_ANSWER", "no_answer"), ("noAnswer", "no_answer"), ("Lead 7", None), ("X1", None),
    ],
)  # fmt: skip
def test_outcomes_are_told_by_their_words_in_five_languages(code: str, kind: str | None) -> None:
    assert kind_of(code) == kind
    assert kind is None or kind in OUTCOMES


def test_months_in_several_files_are_one_table_with_the_codes_of_all(tmp_path: Path) -> None:
    files = {
        "c-08.csv": "Id,Date,Result\n1,2026-08-05 12:00,No\n",
        "c-09.csv": "Date;Id;Result\n2026-09-05 12:00;2;Sold\n",
    }
    content = tomllib.loads(draft_mapping(written(tmp_path, files)))
    assert content["calls"]["statuses"] == {"No": "refusal", "Sold": "success"}


def test_an_id_that_comes_again_days_later_is_a_contact_and_no_call(tmp_path: Path) -> None:
    rows = "".join(f"{who},2026-09-{day:02d} 10:00\n" for day in (1, 8, 15) for who in ("a", "b"))
    columns = drafted(tmp_path, f"Ref,Date\n{rows}")["calls"]["columns"]
    assert columns == {"contact_id": "Ref", "started_at": "Date"}


def test_an_id_given_twice_to_different_contacts_is_no_call_of_two_legs(tmp_path: Path) -> None:
    rows = "6,f,2026-09-08 12:25\n6,g,2026-09-08 12:30\n7,h,2026-09-08 12:35\n"
    content = drafted(tmp_path, f"Ref,Customer,Date\n{rows}")
    assert "legs" not in content["calls"]
    assert content["calls"]["columns"]["call_id"] == "Ref"


GROUPED = """Agent;Day;Time;Customer;Result
Ann;14/09/2026;10:00;a;Sold
;;10:05;b;No answer
;15/09/2026;10:00;c;Refused
;;10:10;d;Sold
Bob;14/09/2026;11:00;e;Busy
;;11:05;f;Sold
"""


def test_groups_that_are_written_once_are_filled_down(tmp_path: Path) -> None:
    draft = draft_mapping(written(tmp_path, {"calls.csv": GROUPED}), time_zone="Europe/Paris")
    said = 'fill_down = ["Agent", "Day"]  # filled in 2 and 3 of 6 rows: the first of each group'
    assert said in draft
    (tmp_path / "draft.toml").write_text(draft, encoding="utf-8")
    data = cs.read(tmp_path / "calls.csv", mapping=tmp_path / "draft.toml")
    calls = data.table("calls").collect().to_pandas().sort_values("contact_id")
    assert calls["agent_id"].tolist() == ["Ann"] * 4 + ["Bob"] * 2
    assert calls["local_started_at"].dt.day.tolist() == [14, 14, 15, 15, 14, 14]


def test_a_column_that_is_seldom_filled_is_no_group(tmp_path: Path) -> None:
    rows = (
        "Remark;Id;Date;Agent\nlate;1;14/09/2026 10:00;Ann\n;2;14/09/2026 10:05;\n;3;14/09/2026 10:10;Ann\n"
    )
    rows += "late;4;14/09/2026 10:15;\n;5;14/09/2026 10:20;Bob\n;6;14/09/2026 10:25;\n"
    assert "file" not in drafted(tmp_path, rows)


def test_contacts_with_an_owner_and_a_date_are_no_second_table_of_calls(tmp_path: Path) -> None:
    files = {
        "calls.csv": "Id,Date,Customer,Result\n1,2026-09-09 12:00,c1,Sold\n"
        "2,2026-09-09 12:01,c2,No\n3,2026-09-09 12:02,c1,No\n",
        "leads.csv": "Customer,Owner,Created,Region\n"
        "c1,ann,2026-09-01 08:00,North\nc2,bob,2026-09-01 08:00,South\n",
    }
    contacts = tomllib.loads(draft_mapping(written(tmp_path, files)))["contacts"]
    assert contacts["file"] == "leads.csv"
    assert contacts["columns"] == {"contact_id": "Customer", "loaded_at": "Created"}
    assert contacts["attributes"]["region"] == "Region"


def test_one_negative_length_does_not_hide_the_column(tmp_path: Path) -> None:
    columns = drafted(tmp_path, "Id,Date,Talk\n1,2026-09-08 12:25,95\n2,2026-09-08 12:30,-12\n")["calls"][
        "columns"
    ]
    assert columns["talk_s"] == "Talk"


def test_outcomes_in_a_second_file_are_joined_by_their_key(tmp_path: Path) -> None:
    files = {
        "calls.csv": "Id,Date,Lead\n1,2026-09-09 12:00,L1\n2,2026-09-09 12:01,L2\n",
        "deals.csv": "Lead,Stage\nL1,Won\nL2,Lost\n",
    }
    content = tomllib.loads(draft_mapping(written(tmp_path, files)))["calls"]
    assert content["join"] == {"file": "deals.csv", "on": "Lead"}
    assert content["statuses"] == {"Won": "success", "Lost": "refusal"}


def test_milliseconds_and_words_and_clocks_get_their_unit(tmp_path: Path) -> None:
    content = drafted(
        tmp_path,
        "Id,Date,Talk Time (ms),Hold,ACW\n"
        "1,2026-09-09 12:00,95000,3m 25s,00:00:10\n2,2026-09-09 12:05,5000,25s,00:00:07\n",
    )
    columns = content["calls"]["columns"]
    assert columns["talk_s"] == {"column": "Talk Time (ms)", "unit": "ms"}
    assert columns["hold_s"] == {"column": "Hold", "unit": "text"}
    assert columns["wrap_s"] == {"column": "ACW", "unit": "hh:mm:ss"}


def test_a_file_without_a_header_gets_names(tmp_path: Path) -> None:
    content = drafted(tmp_path, "1,2026-09-09 12:00,Sold\n2,2026-09-09 12:05,No\n")
    assert content["file"] == {"header": "none", "names": ["column_1", "column_2", "column_3"]}
    assert content["calls"]["columns"]["started_at"] == "column_2"
    assert content["calls"]["columns"]["outcome_code"] == "column_3"


def test_the_header_is_found_under_titles_in_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Calls of September"],
        [],
        ["Call ID", "Start Time", "Disposition"],
        ["7", "2026-09-09 12:00", "Sold"],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    draft = draft_mapping(tmp_path / "a.xlsx")
    assert "header in row 3" in draft
    assert tomllib.loads(draft)["calls"]["columns"]["call_id"] == "Call ID"


def test_titles_are_told_from_data() -> None:
    assert find_titles([["From 01/09/2026", ""], ["Call ID", "Date"], ["1", "2026-09-09"]]) == 1
    assert find_titles([["Ann", "12.5"], ["Bob", "13"]]) is None


def test_a_file_of_a_known_system_says_so_first(tmp_path: Path) -> None:
    header = "uniqueid,lead_id,list_id,campaign_id,call_date,start_epoch,length_in_sec,status,user\n"
    file = tmp_path / "vicidial_log.csv"
    file.write_text(
        header + "1788861600.1,7,101,spring,2026-09-08 12:00:00,1788861600,95,SALE,ann\n", encoding="utf-8"
    )
    assert draft_mapping(file).splitlines()[0].startswith("# This looks like an export of VICIdial")
    found = recognised([file])
    assert found is not None
    assert found.name == "vicidial"


def test_a_file_without_times_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column with the time of a call"):
        draft_mapping(written(tmp_path, {"a.csv": "Agent,Calls\nann,3\nbob,4\n"}))


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown time zone"):
        draft_mapping(written(tmp_path, {"a.csv": "Id,Date\n1,2026-09-01 10:00\n"}), time_zone="Paris")
