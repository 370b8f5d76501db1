"""The books of the imports in the report: they balance, by import and file, in every language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import callstats as cs
from callstats.answers.trust.import_books import Books
from callstats.show.words import words
from callstats.sources.books import NOUNS, Account
from tests.answers.small_campaigns import calls, data, plain

MAPPING = """
time_zone = "UTC"
[calls]
where = { Kind = ["Out", "Back"] }
[calls.columns]
call_id = "Id"
started_at = { column = "Date", format = "%Y-%m-%d" }
"""
HEADER = "Id,Date,Kind\n"
#: August: two files, one of which has a row left out and two rejected; September: one file.
FILES = {
    "a.csv": "1,2026-08-03,Out\n2,2026-08-04,In\n3,never,Out\n4,never,Out\n5,2026-08-05,Back\n",
    "b.csv": "6,2026-08-06,Out\n",
    "c.csv": "7,2026-09-01,Out\n8,2026-09-02,In\n9,2026-09-02,In\n",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    (folder / "m.toml").write_text(MAPPING)
    for name, text in FILES.items():
        (folder / name).write_text(HEADER + text)
    for names in (("a.csv", "b.csv"), ("c.csv",)):
        cs.add(cs.read([folder / n for n in names], mapping=folder / "m.toml"), folder / "data")
    return folder / "data"


def books(*imports: dict[str, Any], language: str = "en") -> Books:
    """Return the books of imports of an invented provenance."""
    dataset = replace(data(calls({}), language), provenance={"imports": list(imports)})
    return cs.data_quality(dataset).books


def imported_files(*accounts: Account, begin: str = "2026-08-03", source: str = "x") -> dict[str, Any]:
    return {"books": [a.as_dict() for a in accounts], "begin": begin, "end": begin, "source": source}


def shown(answer: Books) -> list[list[str]]:
    return [[plain(cell.text) for cell in row] for row in answer.table().rows]


def test_every_import_and_file_has_its_line(imported: Path) -> None:
    assert shown(cs.data_quality(cs.open(imported)).books) == [
        ["3 Aug 2026 to 6 Aug 2026", "6", "3 calls", "1", "2"],
        ["a.csv", "5", "2 calls", "1", "2"],
        ["b.csv", "1", "1 call", "0", "0"],
        ["c.csv", "3", "1 call", "2", "0"],
        ["All files", "9", "4 calls", "3", "2"],
    ]


def test_rows_of_a_file_are_the_columns_after_it_added_up(imported: Path) -> None:
    frame = cs.data_quality(cs.open(imported)).books.to_frame()
    fates = frame[["taken", "joined", "again", "left_out", "rejected"]].sum(axis=1)
    assert fates.tolist() == frame["rows"].tolist() == [5, 1, 3]
    assert frame["rules"].tolist() == [{"Kind is not Out or Back": 1}, {}, {"Kind is not Out or Back": 2}]


@pytest.mark.parametrize(
    ("language", "head", "rule"),
    [
        ("en", "= taken", "left out: Kind is not Out or Back (1)"),
        ("fr", "= reprises", "laissées de côté : Kind n’est pas Out ou Back (1)"),
        ("ru", "= взято", "пропущено: Kind: не Out или Back (1)"),
    ],
)
def test_the_books_are_told_in_the_language(imported: Path, language: str, head: str, rule: str) -> None:
    opened = cs.open(imported)
    table = cs.data_quality(replace(opened, config=replace(opened.config, language=language))).books.table()
    assert plain(table.columns[2].label) == head  # type: ignore[union-attr]
    assert [plain(text) for text in table.rows[1][0].under] == [rule]  # type: ignore[union-attr]


def test_the_period_changes_nothing_in_the_books(imported: Path) -> None:
    whole = cs.data_quality(cs.open(imported)).books
    assert cs.data_quality(cs.open(imported), "2026-09").books.imports == whole.imports


def test_files_wholly_taken_are_one_line_and_those_with_most_rows_missing_come_first() -> None:
    partly = [Account(f"{n}.csv", "calls", 100, rejected=n) for n in range(1, 10)]
    wholly = [Account(f"w{n}.csv", "calls", 10) for n in range(40)]
    lines = shown(books(imported_files(*wholly, *partly)))
    assert [line[0] for line in lines[1:7]] == [f"{n}.csv" for n in (9, 8, 7, 6, 5, 4)]
    assert lines[7:9] == [
        ["3 more files", "300", "294 calls", "6"], ["40 files, every row taken", "400", "400 calls", "0"],
    ]  # fmt: skip
    assert lines[-1] == ["All files", "1,300", "1,255 calls", "45"]


def test_of_many_imports_the_last_are_listed_and_the_others_are_one_line() -> None:
    months = [
        imported_files(Account(f"{n}.csv", "calls", 10), begin=f"2025-{n:02d}-01") for n in range(1, 13)
    ] + [imported_files(Account("late.csv", "calls", 10), begin=f"2026-0{n}-01") for n in (1, 2, 3)]
    lines = shown(books(*months))
    assert lines[0] == ["3 earlier imports", "30", "30 calls"]
    assert [line[0] for line in lines[1:3]] == ["4.csv", "5.csv"]
    assert len(lines) == 1 + 12 + 1


def test_rows_of_several_tables_are_added_without_a_noun() -> None:
    lines = shown(books(imported_files(Account("a.csv", "calls", 3), Account("t.csv", "agent_log", 1, 1))))
    assert lines == [
        ["3 Aug 2026", "4", "3", "1"],
        ["t.csv", "1", "0 rows of agent time", "1"], ["a.csv", "3", "3 calls", "0"],
        ["All files", "4", "3", "1"],
    ]  # fmt: skip


def test_a_hostile_name_of_a_file_is_text_and_not_too_long() -> None:
    answer = books(imported_files(Account("<b>" + "x" * 500, "calls", 3)))
    assert "<b>" not in answer._repr_html_()
    assert len(shown(answer)[0][0]) == 80


def test_data_that_no_file_was_read_for_say_so() -> None:
    answer = books()
    assert answer.imports == ()
    assert [str(view) for view in answer.views()] == [
        "These data were not imported from files: there are no books."
    ]


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_noun_of_the_books_is_translated(language: str) -> None:
    assert [noun for noun in NOUNS.values() if not words(language).has(*noun)] == []
