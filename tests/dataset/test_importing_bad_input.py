"""Bad input: a clear error that names file, row and column, or a reject with the reason; no row is lost."""

# ruff: noqa: E501 - rows of a file stand on one line

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callstats.dataset.importing import read
from callstats.errors import CallstatsError, InputError, UsageError
from tests.sources.vicidial_export import HEADER

MAPPING = """
time_zone = "Europe/Paris"
[calls.columns]
call_id = "id"
started_at = "when"
talk_s = "talk"
success = "sold"
[calls.attributes]
note = "note"
"""
NAMES = ("id", "when", "talk", "sold", "note")
HEAD = "id,when,talk,sold,note\n"
GOOD = "1,2026-09-08 12:00:00,60,yes,fine\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "any.toml"
    path.write_text(MAPPING)
    return path


def _read(tmp_path: Path, mapping: Path, content: str | bytes):
    path = tmp_path / "export.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, mapping=mapping)


def _only_reject(dataset) -> dict:
    (reject,) = dataset.rejects.frame().to_dict("records")
    return reject


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("id;when\n1;x\n", "no column"),
        ("when only\n2026-09-08 12:00:00\n", "one single column"),
        (bytes(range(1, 9)) * 100, "not a text file"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_input_error(
    tmp_path: Path, mapping: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        _read(tmp_path, mapping, content)
    assert caught.value.exit_code == 3
    assert caught.value.file == "export.csv"


def test_a_wrong_delimiter_in_the_mapping_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[file]\ndelimiter = ";"\n' + MAPPING.replace('time_zone = "Europe/Paris"', ""))
    with pytest.raises(InputError, match="not divided by a semicolon"):
        _read(tmp_path, path, HEAD + GOOD)


def test_a_wrong_encoding_in_the_mapping_is_an_input_error_with_the_row(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[file]\nencoding = "utf-8"\n' + MAPPING.replace('time_zone = "Europe/Paris"', ""))
    with pytest.raises(InputError, match="row 3 has bytes it does not know"):
        _read(tmp_path, path, (HEAD + GOOD + GOOD.replace("fine", "près")).encode("latin-1"))


def test_a_missing_file_names_the_near_ones(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(HEAD)
    with pytest.raises(InputError, match="no such file") as caught:
        read(tmp_path / "exprt.csv", source="vicidial")
    assert caught.value.near == ("export.csv",)


def test_a_folder_is_read_file_by_file_and_the_others_are_named(tmp_path: Path, mapping: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text(HEAD + GOOD)
    (tmp_path / "data" / "agents.csv").write_text("Agent,Name\nA1,Ann\n")
    dataset = read(tmp_path / "data", mapping=mapping)
    assert dataset.provenance["rows"]["calls"] == 1
    assert list(dataset.provenance["unread"]) == ["agents.csv"]


def test_a_folder_without_files_is_an_input_error(tmp_path: Path, mapping: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(InputError, match="a folder without files"):
        read(tmp_path / "data", mapping=mapping)


def test_a_missing_column_of_an_export_is_named_with_the_near_one(tmp_path: Path) -> None:
    header = "\t".join(HEADER).replace("length_in_sec", "length_in_secs")
    (tmp_path / "export.txt").write_text(header + "\n")
    with pytest.raises(InputError, match="length_in_sec") as caught:
        read(tmp_path / "export.txt", source="vicidial")
    assert caught.value.near == ("length_in_secs",)


def test_an_export_of_no_known_system_asks_for_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(HEAD + GOOD)
    with pytest.raises(InputError, match="no known system"):
        read(tmp_path / "export.csv")


def test_an_unknown_source_and_an_unknown_zone_name_the_near_ones(tmp_path: Path, mapping: Path) -> None:
    (tmp_path / "export.csv").write_text(HEAD + GOOD)
    with pytest.raises(UsageError, match="vicidial"):
        read(tmp_path / "export.csv", source="vicidal")
    with pytest.raises(InputError, match="Europe/Paris"):
        read(tmp_path / "export.csv", mapping=mapping, time_zone="Europe/Pariss")


@pytest.mark.parametrize(
    ("line", "rule", "column", "found"),
    [
        ("2,09/08/2026 12:00,5,no,x", "a time can be read", "when", "09/08/2026 12:00"),
        ("2,,5,no,x", "a call has a time", "started_at", "nothing"),
        ("1,2026-09-08 13:00:00,5,no,x", "a call is listed once", "call_id", "1"),
        ("2,2026-03-29 02:30:00,5,no,x", "a time exists on the clock of its zone", "when", "2026-03-29 02:30:00"),
        (
            "2,2026-09-08 12:00:00+05:00,5,no,x",
            "the times of a column all have a time zone, or none has",
            "when",
            "2026-09-08 12:00:00+05:00",
        ),
    ],
)  # fmt: skip
def test_a_bad_row_is_left_out_with_row_column_and_what_was_found(
    tmp_path: Path, mapping: Path, line: str, rule: str, column: str, found: str
) -> None:
    rest = "\n3,2026-09-08 14:00:00,1,no,x\n4,2026-09-08 14:00:00,1,no,x\n"
    dataset = _read(tmp_path, mapping, HEAD + GOOD + line + rest)
    reject = _only_reject(dataset)
    assert (reject["file"], reject["row"], reject["table"]) == ("export.csv", 3, "calls")
    assert (reject["rule"], reject["column"], reject["found"]) == (rule, column, found)
    assert json.loads(reject["content"])["id"] == line.split(",", maxsplit=1)[0]
    assert reject["reason"]
    assert dataset.provenance["rows"]["calls"] == 3


@pytest.mark.parametrize(
    ("line", "column", "name", "found"),
    [
        ("2,2026-09-08 12:00:00,-5,no,x", "talk_s", "talk", "-5"),
        ("2,2026-09-08 12:00:00,70000,no,x", "talk_s", "talk", "70000"),
        ("2,2026-09-08 12:00:00,long,no,x", "talk_s", "talk", "long"),
        ("2,2026-09-08 12:00:00,5,maybe,x", "success", "sold", "maybe"),
    ],
)
def test_a_cell_that_cannot_be_read_costs_the_cell_and_is_told(
    tmp_path: Path, mapping: Path, line: str, column: str, name: str, found: str
) -> None:
    dataset = _read(tmp_path, mapping, HEAD + GOOD + line + "\n3,2026-09-08 14:00:00,1,no,x\n")
    assert len(dataset.rejects) == 0
    calls = dataset.frames["calls"].collect("pandas").to_native().set_index("call_id")
    assert calls[column].isna().to_dict() == {"1": False, "2": True, "3": False}
    (note,) = (note for note in dataset.provenance["notes"] if f" of {name} " in note)
    assert repr(found) in note
    assert "row 3" in note
    assert dataset.provenance["books"][0]["unread_cells"] == {column: 1}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("2,2026-09-08 12:00:00,5", "a line has as many fields as the header"),
        ("2,2026-09-08 12:00:00,5,no,x,y", "a line has as many fields as the header"),
        ("2,2026-09-08 \x0012:00:00,5,no,x", "a line has no NUL bytes"),
        ('2,2026-09-08 12:00:00,5,no,"never closed', "a quoted text is closed"),
    ],
)
def test_a_broken_line_is_left_out_and_the_rows_after_it_keep_their_numbers(
    tmp_path: Path, mapping: Path, line: str, rule: str
) -> None:
    dataset = _read(tmp_path, mapping, HEAD + GOOD + line + "\n\n3,yesterday,1,no,x\n")
    rejects = dataset.rejects.frame()
    assert rejects["row"].tolist() == [3, 5]
    assert rejects["rule"].tolist() == [rule, "a time can be read"]


def test_a_cut_off_last_line_is_left_out(tmp_path: Path, mapping: Path) -> None:
    dataset = _read(tmp_path, mapping, HEAD + GOOD + "2,2026-09-0")
    assert _only_reject(dataset)["content"] == "2,2026-09-0"


def test_a_text_over_several_lines_counts_from_its_first(tmp_path: Path, mapping: Path) -> None:
    lines = '2,2026-09-08 12:00:00,5,no,"two\nlines"\n3,yesterday,5,no,"one ""more"", with a comma"\n'
    dataset = _read(tmp_path, mapping, HEAD + GOOD + lines)
    assert _only_reject(dataset)["row"] == 5
    assert set(dataset.values("note")) == {"fine", "two\nlines"}


def test_an_hour_shown_twice_is_told_apart_by_the_order_of_the_rows(tmp_path: Path, mapping: Path) -> None:
    clock = ["02:10:00", "02:50:00", "02:05:00", "02:40:00"]
    lines = "".join(f"{n},2026-10-25 {time},1,no,x\n" for n, time in enumerate(clock))
    dataset = _read(tmp_path, mapping, HEAD + lines)
    calls = dataset.frames["calls"].collect("pandas").to_native()
    assert calls["started_at"].dt.strftime("%H:%M").tolist() == ["00:10", "00:50", "01:05", "01:40"]
    assert "showed twice (2026-10-25)" in dataset.provenance["notes"][0]


def test_day_and_month_that_cannot_be_told_apart_are_asked_for(tmp_path: Path, mapping: Path) -> None:
    with pytest.raises(InputError, match="cannot tell the day from the month"):
        _read(tmp_path, mapping, HEAD + "1,03/04/2026 12:00,1,no,x\n")


def test_provenance_holds_names_and_sums_but_no_path(tmp_path: Path, mapping: Path) -> None:
    provenance = _read(tmp_path, mapping, HEAD + GOOD).provenance
    assert provenance["files"][0]["name"] == "export.csv"
    assert len(provenance["files"][0]["sha256"]) == 64
    assert str(tmp_path) not in json.dumps(dict(provenance))


FIELD = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=6),
    st.sampled_from(
        ['"', '""', '"a', 'a"b', "a\nb", "\x00", ",", "\t", "é", "-5", "70000", "12", "", "yes", "no"]
    ),
    st.sampled_from(["2026-09-08 12:00:00", "2026-03-29 02:30:00", "2026-09-08 12:00:00Z", "08/09/2026"]),
)


def _line(record: list[str], quoted: bool) -> str:
    fields = ['"' + text.replace('"', '""') + '"' for text in record] if quoted else record
    return ",".join(fields).replace("\r", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.tuples(st.lists(FIELD, min_size=0, max_size=6), st.booleans()), max_size=8))
def test_every_row_of_a_messy_file_is_accepted_or_rejected(
    tmp_path: Path, mapping: Path, records: list[tuple[list[str], bool]]
) -> None:
    text = HEAD + GOOD + "".join(_line(record, quoted) + "\n" for record, quoted in records)
    try:
        dataset = _read(tmp_path, mapping, text)
    except CallstatsError:
        return
    rows = dataset.provenance["files"][0]["rows"]
    assert dataset.provenance["rows"]["calls"] + len(dataset.rejects) == rows
    numbers = Counter(dataset.rejects.frame()["row"])
    assert all(count == 1 for count in numbers.values())
    assert all(1 < row <= text.count("\n") + text.count("\x0b") + text.count("\x0c") + 1 for row in numbers)


VALUES = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2", "3", "4", "5"]),
        "when": st.sampled_from(["2026-09-08 12:00:00", "2026-09-09 09:30:00", "", "yesterday"]),
        "talk": st.sampled_from(["0", "60", "-5", "70000", "64999", "x", ""]),
        "sold": st.sampled_from(["yes", "no", "", "perhaps"]),
        "note": st.sampled_from(["", "fine", '"quoted, text"']),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(VALUES, max_size=12))
def test_exactly_the_rows_that_break_a_rule_are_rejected(
    tmp_path: Path, mapping: Path, records: list[dict[str, str]]
) -> None:
    text = (
        HEAD
        + "0,2026-09-08 12:00:00,1,no,\n"
        + "".join(",".join(r[name] for name in NAMES) + "\n" for r in records)
    )
    dataset = _read(tmp_path, mapping, text)
    expected, seen = [], set()
    for number, record in enumerate(records, start=3):
        readable = record["when"] != "yesterday"
        first = record["id"] not in seen
        if readable:
            seen.add(record["id"])
        if not (readable and first and record["when"]):
            expected.append(number)
    assert dataset.rejects.frame()["row"].tolist() == expected
