"""An export of a cloud telephone system or a CRM, in its own format, gives the figures it was made with."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from callstats.dataset.importing import read
from callstats.sources import guess, known
from tests.sources.cloud_samples import CALLS, SAMPLES, Sample, calls

FLAGS = ("connected", "live", "handled", "abandoned")


def _named(sample: Sample) -> str:
    return f"{sample.source} {sample.file}"


@pytest.fixture(params=SAMPLES, ids=_named)
def sample(request: pytest.FixtureRequest) -> Sample:
    return request.param


@pytest.fixture
def file(sample: Sample, tmp_path: Path) -> Path:
    path = tmp_path / sample.file
    path.write_text(sample.write(), encoding="utf-8", newline="")
    return path


@pytest.fixture
def dataset(sample: Sample, file: Path):
    return read(file, source=sample.source, time_zone="Europe/Paris")


@pytest.fixture
def frame(dataset) -> pd.DataFrame:
    found = dataset.frames["calls"].collect("pandas").to_native()
    return found.sort_values("started_at", kind="stable", ignore_index=True)


def test_an_export_is_recognised_as_its_own_system(sample: Sample, file: Path) -> None:
    assert guess([file]).name == sample.source


def test_no_two_systems_know_one_header(sample: Sample, file: Path) -> None:
    from callstats.sources.choosing import recognise
    from callstats.sources.containers import Found
    from callstats.sources.files import peek

    found = Found(file, file.name, True)
    systems = [
        source.name
        for source in known().values()
        if any(recognise(columns, source) for columns in peek(found, source.text, source.layouts))
    ]
    assert systems == [sample.source]


def test_every_call_is_read_once_and_nothing_is_rejected(dataset, frame: pd.DataFrame) -> None:
    assert len(frame) == CALLS
    assert dataset.provenance["rejected"] == {}
    assert frame["call_id"].nunique() == CALLS


def test_the_way_of_a_call_is_told(frame: pd.DataFrame) -> None:
    assert frame["direction"].tolist() == [call.way for call in calls()]


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_what_the_export_says(sample: Sample, frame: pd.DataFrame, flag: str) -> None:
    place = FLAGS.index(flag)
    wanted = Counter(sample.flags[call.way, call.what][place] for call in calls())
    found = frame[flag].astype(object).where(frame[flag].notna(), None)
    assert Counter(found) == wanted


def test_the_seconds_of_talk_are_those_of_the_calls(sample: Sample, frame: pd.DataFrame) -> None:
    wanted = [sample.talk(call) for call in calls()]
    assert frame["talk_s"].astype(object).where(frame["talk_s"].notna(), None).tolist() == wanted


def test_every_agent_has_their_calls(sample: Sample, frame: pd.DataFrame) -> None:
    wanted = Counter(name for call in calls() if (name := sample.agent(call)) is not None)
    found = Counter(frame["agent_id"].dropna()) if "agent_id" in frame else Counter()
    assert found == wanted


def test_a_call_is_at_its_moment_in_winter_and_in_summer(sample: Sample, frame: pd.DataFrame) -> None:
    to_the_minute = ("report.csv", "all-calls.csv", "CallLog.csv")
    step = "min" if sample.file in to_the_minute else "s"
    wanted = pd.Series([call.start for call in calls()]).dt.floor(step).dt.tz_localize(None)
    found = frame["started_at"].dt.tz_convert("UTC").dt.tz_localize(None).dt.floor(step)
    assert (wanted.to_numpy() == found.to_numpy()).all()
    local = frame["local_started_at"].dt.floor(step)
    assert [moment.hour for moment in local] == [call.site.hour for call in calls()]


def test_whether_a_talk_sold_is_unknown_where_the_system_knows_no_sales(
    sample: Sample, frame: pd.DataFrame
) -> None:
    if "success" in frame:
        assert not frame["success"].fillna(False).any()
        spoken = frame["handled"].eq(True).fillna(False)
        assert frame.loc[spoken, "success"].isna().all()


def test_a_contact_is_one_however_often_it_is_called(frame: pd.DataFrame) -> None:
    assert frame["contact_id"].nunique() == len({call.phone for call in calls()})


def test_columns_in_another_order_and_further_ones_change_nothing(
    sample: Sample, file: Path, frame: pd.DataFrame
) -> None:
    if file.suffix != ".csv":
        return
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    table = table.assign(**{"Own field": "x"})[["Own field", *reversed(table.columns)]]
    table.to_csv(file, index=False)
    again = read(file, time_zone="Europe/Paris").frames["calls"].collect("pandas").to_native()
    again = again.sort_values("started_at", kind="stable", ignore_index=True)
    drop = ["call_id"] if sample.source == "ringcentral" else []
    pd.testing.assert_frame_equal(again.drop(columns=drop), frame.drop(columns=drop), check_like=True)


def test_signatures_of_two_systems_are_never_part_of_one_another() -> None:
    layouts = [
        (source.name, {name.casefold() for name in layout.signature} - {x.casefold() for x in layout.unlike})
        for source in known().values()
        for layout in source.layouts
    ]
    ours = {sample.source for sample in SAMPLES}
    for (one, mine), (other, theirs) in itertools.permutations(layouts, 2):
        if one != other and mine and ours & {one, other}:
            assert not mine <= theirs, (one, other)
