"""Folders that appear whole or not at all."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

import callstats as cs
from callstats.config import Config, Target, load
from callstats.dataset.saving import as_toml
from callstats.errors import UsageError
from tests.engine import frames

CALLS = frames.calls(60)
TIME = frames.agent_time(days=5)


def dataset(engine="arrow", **more):
    tables = {"calls": frames.on(engine, "calls", CALLS), "agent_time": frames.on(engine, "agent_time", TIME)}
    return cs.open(tables, **more)


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_what_is_saved_opens_as_the_same(engine, tmp_path):
    folder = dataset(engine).save(tmp_path / "saved")
    kpis = ["answer_rate", "average_talk_time", "successes_per_login_hour"]
    before = cs.measure(dataset("arrow"), kpis, by="campaign_id")
    pd.testing.assert_frame_equal(cs.measure(cs.open(folder), kpis, by="campaign_id"), before)


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_types_on_disk_are_the_models(engine, tmp_path):
    folder = dataset(engine).save(tmp_path / "saved")
    found = {field.name: str(field.type) for field in pq.read_schema(folder / "calls" / "2026-09.parquet")}
    assert found["call_id"] in ("string", "large_string")
    assert found["handled"] == "bool"
    assert found["talk_s"] == "double"
    assert found["local_started_at"] == "timestamp[us]"


def test_only_what_passes_the_filters_is_saved(tmp_path):
    folder = dataset().where(list_id="A", period="2026-09").save(tmp_path / "saved")
    assert cs.open(folder).values("list_id") == ["A"]
    told = json.loads((folder / "dataset.json").read_text())
    assert told["notes"] == ["narrowed to list_id A, 2026-09"]
    assert told["rows"]["calls"] == len(pq.read_table(folder / "calls"))


def test_a_data_set_that_is_there_is_replaced_and_its_project_file_kept(tmp_path):
    folder = dataset().save(tmp_path / "saved")
    (folder / "callstats.toml").write_text('currency = "RUB"\n')
    dataset().where(list_id="A").save(folder)
    assert cs.open(folder).values("list_id") == ["A"]
    assert cs.open(folder).config.currency == "RUB"
    assert [p.name for p in tmp_path.iterdir()] == ["saved"]


def test_a_data_set_may_be_saved_over_the_folder_it_was_opened_from(tmp_path):
    folder = dataset().save(tmp_path / "saved")
    cs.open(folder).where(list_id="B").save(folder)
    assert cs.open(folder).values("list_id") == ["B"]


def test_something_else_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with pytest.raises(UsageError, match="no data set"):
        dataset().save(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "mine"


def test_nothing_is_left_when_writing_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("callstats.dataset.saving._row_count", lambda file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        dataset().save(tmp_path / "saved")
    assert list(tmp_path.iterdir()) == []


def test_the_decisions_of_a_project_are_kept(tmp_path):
    config = Config(
        currency="USD",
        calling_hours=(("10:00", "13:00"), ("14:00", "20:00")),
        targets={**Config().targets, "answer_rate": Target(low=0.25, source='the "client"')},
        settings={"answer_within_s": 30.0},
        labels={"A": "Liste « Été »"},
    )
    assert cs.open(dataset(config=config).save(tmp_path / "saved")).config == config


def test_a_project_file_reads_back_as_it_was_written(tmp_path):
    config = Config(language="fr", unknown_tolerance=0.1, labels={"a.b": "x\ny"})
    (tmp_path / "callstats.toml").write_text(as_toml(config), encoding="utf-8")
    assert load(tmp_path / "callstats.toml") == config
