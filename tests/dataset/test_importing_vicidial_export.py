"""Real input: a call export of VICIdial gives exactly the figures counted by hand from its rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from callstats.dataset.importing import read
from tests.sources.vicidial_export import STATUSES, Counted, count, write


@pytest.fixture(scope="module", params=[8_000, 200_000])
def export(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vicidial") / "EXPORT_CALL_REPORT_20260930.txt"
    write(path, request.param)
    return path


@pytest.fixture(scope="module")
def expected(export: Path) -> Counted:
    return count(export)


@pytest.fixture(scope="module")
def dataset(export: Path):
    return read(export, source="vicidial", time_zone="Europe/Paris")


@pytest.fixture(scope="module")
def calls(dataset) -> pd.DataFrame:
    return dataset.frames["calls"].collect("pandas").to_native()


def test_every_status_is_in_the_export(export: Path) -> None:
    found = {line.split("\t")[2] for line in export.read_text().splitlines() if line.count("\t") > 2}
    assert found >= set(STATUSES)


@pytest.mark.parametrize(
    "figure",
    [
        "connected",
        "live",
        "handled",
        "abandoned",
        "argued",
        "success",
        "closed",
        "do_not_call",
        "invalid_number",
    ],
)
def test_a_flag_is_set_as_often_as_counted_by_hand(
    calls: pd.DataFrame, expected: Counted, figure: str
) -> None:
    assert int(calls[figure].eq(True).sum()) == expected.figures[figure]


def test_calls_are_as_many_as_counted_by_hand(calls: pd.DataFrame, expected: Counted) -> None:
    assert len(calls) == expected.figures["calls"]
    assert int((calls["direction"] == "inbound").sum()) == expected.figures["inbound"]


def test_talk_is_as_long_as_counted_by_hand(calls: pd.DataFrame, expected: Counted) -> None:
    assert calls["talk_s"].sum() == expected.figures["talk_s"]


def test_lists_and_hours_have_as_many_calls_as_counted_by_hand(
    calls: pd.DataFrame, expected: Counted
) -> None:
    assert Counter(calls["list_id"]) == expected.by_list
    assert Counter(calls["local_started_at"].dt.hour) == expected.by_hour


def test_successes_belong_to_the_agents_counted_by_hand(calls: pd.DataFrame, expected: Counted) -> None:
    assert Counter(calls.loc[calls["success"].eq(True), "agent_id"]) == expected.sales_by_agent


def test_rows_are_rejected_for_the_reasons_counted_by_hand(dataset, expected: Counted) -> None:
    assert dataset.provenance["rejected"] == dict(expected.rejected)


def test_no_row_vanishes(dataset, expected: Counted) -> None:
    joined = sum(int(note.split()[0]) for note in dataset.provenance["notes"] if "joined with" in note)
    assert dataset.provenance["rows"]["calls"] + joined + len(dataset.rejects) == expected.rows


def test_the_comma_version_of_goautodial_says_the_same(tmp_path: Path) -> None:
    tabs = tmp_path / "export.txt"
    write(tabs, 3000)
    lines = [line.split("\t") for line in tabs.read_bytes().decode().split("\r\n")[:-1]]
    header = ["phone_number" if name == "phone_number_dialed" else name for name in lines[0]]
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in line) for line in [header, *lines[1:]]]
    (tmp_path / "export.csv").write_bytes("\r\n".join(quoted).encode() + b"\r\n")
    expected = count(tabs)
    dataset = read(tmp_path / "export.csv", time_zone="Europe/Paris")
    calls = dataset.frames["calls"].collect("pandas").to_native()
    assert dataset.provenance["source"] == "vicidial"
    assert dataset.provenance["rejected"] == dict(expected.rejected)
    assert len(calls) == expected.figures["calls"]
    assert calls["talk_s"].sum() == expected.figures["talk_s"]
