"""Whatever a project has decided, the file that is saved beside its data says it again."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import callstats as cs
from callstats.config import DEFAULT_TARGETS, Config, DeclaredTest, SourceSettings, Target, load
from callstats.dataset.saving import write_project_file
from callstats.errors import UsageError

NUMBER = st.floats(allow_nan=False)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
OPTIONAL = st.none() | NUMBER
TARGET = st.builds(Target, low=OPTIONAL, high=OPTIONAL, source=TEXT)
AB_TEST = st.builds(
    DeclaredTest,
    **dict.fromkeys(("campaign_id", "control", "treatment", "arm"), TEXT.filter(bool)),
    primary=st.none() | st.just("conversion_per_lead"),
    guardrails=st.none() | st.lists(TEXT, max_size=3).map(tuple),
    horizon_days=st.none() | st.integers(1, 400), margin=OPTIONAL,
    planned_contacts=st.none() | st.integers(0, 10**9),
)  # fmt: skip
FLAGS = st.dictionaries(st.sampled_from(["handled", "success"]), st.booleans())
SOURCE = st.builds(SourceSettings, statuses=st.dictionaries(TEXT, TEXT | FLAGS, max_size=3), dates=TEXT)
SECTIONS = {
    "currency": TEXT,
    "time_zone": TEXT,
    "language": st.sampled_from(["en", "fr", "ru"]),
    "calling_hours": st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    "unknown_tolerance": NUMBER,
    "confidence": NUMBER,
    "targets": st.dictionaries(TEXT, TARGET, max_size=3).map(lambda more: {**DEFAULT_TARGETS, **more}),
    "settings": st.dictionaries(TEXT, NUMBER, max_size=3),
    "labels": st.dictionaries(TEXT, TEXT, max_size=3),
    "ab_tests": st.dictionaries(TEXT, AB_TEST, max_size=3),
    "sources": st.dictionaries(TEXT, SOURCE, max_size=3),
}


def written_and_read(config: Config) -> Config:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "callstats.toml"
        write_project_file(config, file)
        return load(file) if file.exists() else Config()


def test_every_field_has_its_examples():
    assert set(SECTIONS) == {field.name for field in dataclasses.fields(Config)}


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({}, optional=SECTIONS))
def test_every_section_reads_back_as_it_was_written(sections):
    assert written_and_read(Config(**sections)) == Config(**sections)


def test_a_benchmark_that_was_taken_away_has_no_bounds():
    config = Config(targets={"answer_rate": Target(low=0.2)})
    read = written_and_read(config).targets
    assert read["answer_rate"] == Target(low=0.2)
    assert all(read[name] == Target() for name in DEFAULT_TARGETS)


def test_what_no_project_file_may_say_is_refused_and_nothing_written(tmp_path):
    data = cs.open(
        {"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})},
        config=Config(settings={"answer_within_s": "soon"}),  # type: ignore[dict-item]
    )
    with pytest.raises(UsageError, match="answer_within_s"):
        data.save(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
