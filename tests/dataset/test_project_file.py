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
from callstats.config import (
    DEFAULT_TARGETS,
    BrandSettings,
    Config,
    DeclaredTest,
    EngineSettings,
    ListPrice,
    MailSettings,
    MoneySettings,
    OwnReport,
    RetentionSettings,
    ScopeSettings,
    SourceSettings,
    Target,
    load,
    parse,
)
from callstats.dataset.saving import write_project_file
from callstats.errors import InputError, UsageError
from callstats.report.order import seen_by

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
OPTIONAL = st.none() | NUMBER
SIDE = st.sampled_from(["", "up", "down", "band"])
BAND = st.tuples(OPTIONAL, OPTIONAL).map(lambda ends: ends if None in ends else tuple(sorted(ends)))
TARGET = st.builds(
    lambda ends, side, source: Target(*ends, direction=side, source=source), BAND, SIDE, TEXT
) | st.builds(Target, value=NUMBER, direction=SIDE, source=TEXT)
TARGETS = st.dictionaries(TEXT, TARGET, max_size=3)
AMOUNT = st.none() | st.floats(0, 1e9)
MONEY = st.builds(
    MoneySettings,
    **dict.fromkeys(("value_per_success", "cost_per_hour", "cost_per_dial", "fixed_per_month"), AMOUNT),
    lists=st.dictionaries(TEXT, st.builds(ListPrice, total=st.floats(0, 1e9)), max_size=2),
    outcomes=st.dictionaries(TEXT, st.floats(0, 1e9), max_size=2),
)
BY_LANGUAGE = st.dictionaries(st.sampled_from(["en", "fr", "ru"]), TEXT, min_size=1)
SHARE = st.floats(0.01, 0.99)
HOURS = st.lists(st.integers(0, 24), min_size=2, max_size=2, unique=True).map(
    lambda pair: tuple(f"{hour:02d}:00" for hour in sorted(pair))
)
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
MONTHS = st.none() | st.integers(1, 1200)
SECTIONS = {
    "currency": st.sampled_from(["EUR", "JPY", "KZT"]),
    "time_zone": st.sampled_from(["UTC", "Europe/Paris", "Asia/Almaty"]),
    "language": st.sampled_from(["en", "fr", "ru"]),
    "calling_hours": st.lists(HOURS, max_size=3).map(tuple),
    "unknown_tolerance": SHARE,
    "confidence": SHARE,
    "audience": st.sampled_from(["internal", "client"]),
    "pseudonym_key": TEXT,
    "targets": TARGETS.map(lambda more: {**DEFAULT_TARGETS, **more}),
    "settings": st.dictionaries(TEXT, NUMBER, max_size=3),
    "labels": st.dictionaries(TEXT, TEXT | BY_LANGUAGE, max_size=3),
    "ab_tests": st.dictionaries(TEXT, AB_TEST, max_size=3),
    "reports": st.just((OwnReport("a.ipynb"), OwnReport("b/c.ipynb", "agent", {"least": 3, "deep": True}))),
    "sources": st.dictionaries(TEXT, SOURCE, max_size=3),
    "money": MONEY,
    "mail": st.just(MailSettings("smtp.example.com", 465, "tls", "desk", "a@x.com", ("b@x.com",))),
    "brand": st.just(BrandSettings("logo.png", "#7a1f5c", "Source Sans 3", "Maison & Fils, Lyon")),
    "engine": st.builds(
        EngineSettings, st.sampled_from(["", "8 GB", "750MB"]), st.none() | st.integers(1, 64), TEXT
    ),
    "retention": st.builds(RetentionSettings, MONTHS, MONTHS),
    "campaign": st.dictionaries(TEXT, st.builds(ScopeSettings, targets=TARGETS, money=MONEY), max_size=2),
    "list": st.dictionaries(TEXT, st.builds(ScopeSettings, targets=TARGETS), max_size=2),
    "agent": st.dictionaries(TEXT, st.builds(ScopeSettings, targets=TARGETS), max_size=2),
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


def test_what_was_not_decided_is_not_written(tmp_path: Path) -> None:
    write_project_file(Config(time_zone="Europe/Paris"), tmp_path / "callstats.toml")
    assert (tmp_path / "callstats.toml").read_text() == 'time_zone = "Europe/Paris"\n'


SPRING = {"en": "Spring offer", "fr": "Offre de printemps"}


@pytest.mark.parametrize(
    ("label", "language", "expected"),
    [
        ("Spring", "ru", "Spring"),
        (SPRING, "fr", "Offre de printemps"),
        (SPRING, "ru", "Spring offer"),
        ({"ru": "Весна", "fr": "Printemps"}, "en", "Весна"),
    ],
)
def test_a_label_is_that_of_the_language_else_the_english_else_the_first(label, language, expected):
    assert parse({"labels": {"spring": label}}).labels_in(language) == {"spring": expected}


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        (3, "key 'labels.spring': a text in quotes is expected, found 3"),
        ({"fr": 3}, "key 'labels.spring': a text in quotes is expected"),
        ({"de": "Frühling"}, "'de' is none of en, fr, ru"),
        ({}, "no text in it"),
    ],
)
def test_a_label_is_a_text_or_texts_by_language(label, wrong):
    with pytest.raises(InputError, match=wrong):
        parse({"labels": {"spring": label}})


def test_tables_and_frames_show_the_labels_of_the_language():
    calls = pd.DataFrame({"call_id": ["1", "2"], "direction": "outbound", "list_id": "A", "handled": True})
    ds = cs.open({"calls": calls}, config=Config(labels={"A": {"en": "Old list", "fr": "Ancienne liste"}}))
    for language, expected in (("fr", "Ancienne liste"), ("ru", "Old list")):
        table = cs.measure(ds.configured({"language": language}), "dials", by="list_id").table()
        assert table.rows[0][0].text == expected


def test_a_client_reads_no_label_of_an_agent_in_any_language():
    calls = pd.DataFrame({"call_id": ["1"], "direction": ["outbound"], "agent_id": ["Ann"]})
    labels = {"Ann": {"en": "Ann Smith", "fr": "Anne Smith"}}
    _, coded = seen_by("client", cs.open({"calls": calls}, config=Config(labels=labels)))
    assert {"Ann", "Ann Smith", "Anne Smith"} <= set(coded)
