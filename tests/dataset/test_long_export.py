"""A long export read part by part is what the same export is, read whole."""

import json
import random
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats import dataset
from callstats.dataset import long_export
from callstats.simulate import Queue, Scenario, simulate, write_vicidial
from callstats.sources import pieces, text

_MAPPING = """
time_zone = "Europe/Paris"
[calls.where]
Way = ["out", "in"]
[calls.columns]
call_id = "Id"
contact_id = "Customer"
agent_id = "Agent"
campaign_id = "Campaign"
list_id = "List"
started_at = "When"
talk_s = { column = "Talk", unit = "hh:mm:ss" }
outcome_code = "Result"
direction = { column = "Way", values = { out = "outbound", in = "inbound" } }
[calls.attributes]
region = "Region"
[calls.statuses]
Sold = "success"
Busy = "busy"
"No answer" = "no_answer"
"""


def _rows(seed: int, size: int) -> list[str]:
    made = random.Random(seed)
    lines = []
    for number in range(size):
        day, second = 1 + number * 30 // size, made.randint(0, 35_999)
        when = f"{day:02d}/09/2026 {9 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        talk = made.choice(["00:01:05", "00:00:00", "0:10", "", "soon"]) if number % 50 == 7 else "00:00:42"
        row = [
            f"c{number}", f"p{made.randint(1, size // 3)}", made.choice(["ann", "bob", "Ann"]), "spring",
            made.choice(["l1", "l2"]), when, talk, made.choice(["Sold", "Busy", "No answer", "Odd"]),
            made.choice(["out"] * 8 + ["in", "internal"]), made.choice(["north", "", "7"]),
        ]  # fmt: skip
        lines.append(";".join(row))
    lines[size // 2] = "broken"
    lines[size // 3] = lines[size // 3 - 1]  # listed twice
    lines[size - 2] = lines[1]  # and far from the first time
    lines[size // 4] = lines[size // 4].replace("/09/2026", "/13/2026")
    lines.append("Total;;;;;;;;;")
    return lines


_HEADER = "Id;Customer;Agent;Campaign;List;When;Talk;Result;Way;Region"


def _write(folder: Path, names: dict[str, list[str]]) -> list[Path]:
    folder.mkdir()
    for name, lines in names.items():
        (folder / name).write_text("\n".join([_HEADER, *lines]) + "\n", encoding="utf-8")
    (folder.parent / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
    return [folder / name for name in names]


def _imported(files: list[Path], to: Path, mapping: Path) -> dict[str, bytes]:
    arrived = dataset.arrive(files, mapping=mapping)
    dataset.add(arrived.data, to, parts=arrived.parts)
    return {f.relative_to(to).as_posix(): f.read_bytes() for f in sorted(to.rglob("*")) if f.is_file()}


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONG", 10_000)
    monkeypatch.setattr(pieces, "PART", 100)
    monkeypatch.setattr(text, "BLOCK", 3000)


@pytest.mark.parametrize("files", [1, 2])
def test_a_long_export_comes_to_the_same_files_part_by_part(
    files: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rows = _rows(7, 900)
    names = {"a.csv": rows} if files == 1 else {"a.csv": rows[:500], "b.csv": rows[450:]}
    given = _write(tmp_path / "given", names)
    whole = _imported(given, tmp_path / "whole", tmp_path / "mapping.toml")
    request.getfixturevalue("in_parts")
    parts = _imported(given, tmp_path / "parts", tmp_path / "mapping.toml")
    _assert_same(whole, parts)


def _assert_same(whole: dict[str, bytes], parts: dict[str, bytes]) -> None:
    """Compare files to the byte; notes, files and books may stand in the order of their parts."""
    told = [json.loads(side["dataset.json"]) for side in (whole, parts)]
    for said in told:
        line = said["imports"][0]
        for listed in (said["notes"], said["files"], line["notes"], line["files"], line["books"]):
            listed.sort(key=str)
    assert told[0] == told[1]
    assert {**whole, "dataset.json": b""} == {**parts, "dataset.json": b""}


def test_many_short_files_are_read_several_at_a_time(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the first days tell no order; a row that is twice in one file and again in another may count as either
    rows = list(dict.fromkeys(line.replace("/13/2026", "/09/2026") for line in _rows(11, 420)))
    given = _write(tmp_path / "given", {f"{n:02d}.csv": rows[n * 40 : n * 40 + 50] for n in range(10)})
    whole = _imported(given, tmp_path / "whole", tmp_path / "mapping.toml")
    request.getfixturevalue("in_parts")
    counted: list[int] = []
    pieces_of = long_export.pieces_of
    monkeypatch.setattr(
        long_export, "pieces_of", lambda *args: (counted.append(1) or piece for piece in pieces_of(*args))
    )
    _assert_same(whole, _imported(given, tmp_path / "parts", tmp_path / "mapping.toml"))
    assert len(counted) < 9  # of 500 rows, at least 100 a part


def test_a_second_file_is_joined_to_every_part(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    given = _write(tmp_path / "given", {"a.csv": _rows(1, 400)})
    names = tmp_path / "given" / "people.csv"
    names.write_text("Agent;Team\nann;north\nbob;south\nbob;east\n;\nTotal;\n", encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    joined = '[calls]\nfile = "a.csv"\njoin = { file = "people.csv", on = "Agent" }\n[calls.where]'
    mapping.write_text(
        _MAPPING.replace("[calls.where]", joined) + '[calls.attributes.team]\ncolumn = "Team"\n'
    )
    whole = _imported([*given, names], tmp_path / "whole", mapping)
    request.getfixturevalue("in_parts")
    parts = _imported([*given, names], tmp_path / "parts", mapping)
    _assert_same(whole, parts)


def test_a_long_export_answers_every_question_without_a_folder(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (given,) = _write(tmp_path / "given", {"a.csv": _rows(3, 600)})
    whole = cs.read(given, mapping=tmp_path / "mapping.toml")
    request.getfixturevalue("in_parts")
    parts = cs.read(given, mapping=tmp_path / "mapping.toml").where(campaign_id="spring")
    for kpi in ("dials", "successes", "conversion_per_contact"):
        one, other = (cs.measure(ds, kpi, by="attempt_no") for ds in (whole, parts))
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_dtype=False)


def test_a_part_in_which_no_day_is_beyond_the_twelfth_is_read_as_the_whole_file_says(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (given,) = _write(tmp_path / "given", {"a.csv": _rows(5, 900)})
    request.getfixturevalue("in_parts")
    ds = cs.read(given, mapping=tmp_path / "mapping.toml")
    days = cs.measure(ds, "dials", by="day")
    assert (str(days["day"].min())[:10], str(days["day"].max())[:10]) == ("2026-09-01", "2026-09-30")


def test_a_later_file_wins_over_an_earlier_one_in_parts(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rows = [line for line in _rows(9, 300) if line.count(";") == 9]
    corrected = [line.replace(";Odd;", ";Sold;") for line in rows]
    given = _write(tmp_path / "given", {"a.csv": rows, "b.csv": corrected})
    request.getfixturevalue("in_parts")
    arrived = dataset.arrive(given, mapping=tmp_path / "mapping.toml")
    books = {account["file"]: account for account in arrived.data.provenance["books"]}
    assert all(
        account["rows"] == account["taken"] + account["rejected"] + account["merged"] + account["again"]
        + sum(account["left_out"].values()) for account in books.values()
    )  # fmt: skip
    assert books["a.csv"]["taken"] == 0
    sold = {line for line in corrected if ";Sold;out;" in line and "/13/2026" not in line}
    assert cs.measure(arrived.whole(), "successes")["value"].tolist() == [len(sold)]


_DATED = 'time_zone = "UTC"\n[calls.columns]\ncall_id = "Id"\nstarted_at = "When"\n'


def _dated(folder: Path, without: int) -> list[Path]:
    """Write 200 calls of the first eight days of a month, the first ones without an hour."""
    hours = ["" if i < without else f" 10:{i % 60:02d}" for i in range(200)]
    rows = [f"{i},0{1 + i // 25}/09/2026{hour}" for i, hour in enumerate(hours)]
    (folder / "mapping.toml").write_text(_DATED, encoding="utf-8")
    (folder / "a.csv").write_text("\n".join(["Id,When", *rows]) + "\n", encoding="utf-8")
    return [folder / "a.csv"]


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize(("order", "month"), [("day-first", 9), ("month-first", 1)])
def test_a_long_export_is_read_by_the_order_of_dates_that_is_said(
    order: str, month: int, tmp_path: Path
) -> None:
    data = dataset.read(_dated(tmp_path, 0), mapping=tmp_path / "mapping.toml", dates=order)
    assert data.table("calls").collect().to_pandas()["local_started_at"].min().month == month


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize(("without", "refused"), [(10, False), (11, True)])
def test_calls_without_an_hour_are_counted_over_all_parts(
    without: int, refused: bool, tmp_path: Path
) -> None:
    files = _dated(tmp_path, without)
    data = dataset.read(files, mapping=tmp_path / "mapping.toml", dates="day-first")
    assert ("hour" in data.provenance["lacks"]) == refused
    said = f"a.csv: {without} times of When are dates without an hour, and stand at midnight"
    assert (said in data.provenance["notes"]) != refused


@pytest.fixture(scope="module")
def vicidial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vicidial")
    agents = ("alder", "aspen", "birch", "cedar", "elm", "fir")
    queue = Queue("service", ("elm", "fir"), calls=10.0)
    campaign = {"agents": agents[:4]}
    write_vicidial(
        simulate(Scenario.small(seed=5, contacts=300, queues=(queue,), agents=agents, campaign=campaign)),
        folder,
    )
    return folder


@pytest.mark.parametrize("what", ["tables", "report"])
def test_calls_whose_rows_lie_in_several_tables_are_the_same_part_by_part(
    what: str, vicidial: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = [vicidial / "tables" / f"vicidial_{kind}.txt" for kind in ("statuses", "campaign_statuses")]
    files = [vicidial / "export.txt", *statuses] if what == "report" else [vicidial / "tables"]
    sides = []
    for side in ("whole", "parts"):
        if side == "parts":
            request.getfixturevalue("in_parts")
            monkeypatch.setattr(pieces, "LONG", 150_000)
        arrived = dataset.arrive(files, source="vicidial", time_zone="Europe/Paris")
        assert bool(arrived.parts) == (side == "parts")
        dataset.add(arrived.data, tmp_path / side, parts=arrived.parts)
        sides.append(
            {
                f.relative_to(tmp_path / side).as_posix(): f.read_bytes()
                for f in (tmp_path / side).rglob("*")
                if f.is_file()
            }
        )
    _assert_same(*sides)


_LEGS = """
time_zone = "UTC"
[calls.legs]
key = ["linked"]
first = "start"
keep = { handled = "any", talk_s = "sum" }
best = ["ANSWERED", "BUSY"]
[calls.columns]
call_id = "linked"
contact_id = "dst"
started_at = "start"
talk_s = "billsec"
outcome_code = "disposition"
direction = { constant = "outbound" }
[calls.statuses]
ANSWERED = "picked_up"
BUSY = "busy"
"""


def test_the_legs_of_a_call_come_together_however_far_apart_they_lie(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    mapping, file = tmp_path / "legs.toml", tmp_path / "cdr.csv"
    mapping.write_text(_LEGS, encoding="utf-8")
    legs = [
        f"c{n % 200},p{n % 200},2026-09-01 10:{n // 60 % 60:02d}:{n % 60:02d},{n % 7},BUSY"
        for n in range(600)
    ]
    file.write_text("linked,dst,start,billsec,disposition\n" + "\n".join(legs) + "\n", encoding="utf-8")
    request.getfixturevalue("in_parts")
    arrived = dataset.arrive([file], mapping=mapping)
    assert arrived.parts
    assert arrived.data.provenance["rows"] == {"calls": 200}
    calls = arrived.whole().table("calls").collect().to_pandas().set_index("call_id")
    assert calls.loc["c3", "talk_s"] == sum(n % 7 for n in (3, 203, 403))
    book = arrived.data.provenance["books"][0]
    assert (book["rows"], book["taken"], book["merged"]) == (600, 200, 400)
