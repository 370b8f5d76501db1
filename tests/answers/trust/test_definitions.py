"""One word, all its definitions."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.trust.definitions import families, find
from callstats.errors import UsageError
from callstats.show.words import LANGUAGES
from tests.answers.small_campaigns import calls, data, demo, many, plain, settle

SERVICE = [
    *many(10, handled=True, queue_s=3.0, abandoned=False),
    *many(850, handled=True, queue_s=15.0, abandoned=False),
    *many(140, handled=True, queue_s=60.0, abandoned=False),
    *many(10, handled=False, queue_s=4.0, abandoned=True),
    *many(10, handled=False, queue_s=15.0, abandoned=True),
    *many(40, handled=False, queue_s=60.0, abandoned=True),
]


def values(found) -> dict[str, float]:
    return dict(found.to_frame()[["kpi", "value"]].itertuples(index=False, name=None))


def test_the_five_service_levels_of_the_worked_example() -> None:
    """1000 answered, 60 abandoned; 860 answered in time, 20 abandoned in time, 10 of them within 5 s."""
    found = values(cs.definitions(data(calls(*SERVICE, direction="inbound")), "service_level"))
    assert {name: round(100 * value, 2) for name, value in found.items()} == {
        "service_level": 81.13,
        "service_level_positive": 83.02,
        "service_level_exclude_all": 86.00,
        "service_level_ignore_within": 82.69,
        "service_level_short": 82.08,
    }


def test_closed_and_argued_are_both_shown() -> None:
    """100 closed = 60 unreachable + 30 refusals + 10 successes: 10 % and 25 %."""
    rows = [
        *many(60, closed=True, argued=False, success=False),
        *many(30, closed=True, argued=True, success=False),
        *many(10, closed=True, argued=True, success=True),
    ]
    found = values(cs.definitions(data(calls(*rows)), "taux de succès"))
    assert (found["success_rate_closed"], found["success_rate_argued"]) == (0.10, 0.25)


def test_vicidials_first_call_resolution_is_calls_by_leads() -> None:
    frame = calls({"contact_id": "p"}, {"contact_id": "p"}, {"contact_id": "q"})
    assert values(cs.definitions(data(frame), "FCR"))["vicidial_first_call_resolution"] == 1.5


def test_vicidials_contact_ratio_leaves_sales_out() -> None:
    rows = [{"live": True, "outcome_code": c} for c in ("SALE", "NI", "NI")]
    rows.append({"live": False, "outcome_code": "NA"})
    found = values(cs.definitions(data(calls(*rows)), "answer_rate"))
    assert (found["contact_rate_dial"], found["vicidial_contact_ratio"]) == (0.75, 0.5)


def test_every_definition_has_the_value_that_measure_gives() -> None:
    found = cs.definitions(demo(), "successes_per_hour", "2026-09").to_frame()
    names = found["kpi"].tolist()
    measured = cs.measure(demo().where(period="2026-09"), names)
    for column in ("value", "low", "high"):
        assert found[column].tolist() == pytest.approx(measured[column].tolist(), rel=1e-12)


def test_the_spread_is_the_largest_over_the_smallest() -> None:
    found = cs.definitions(demo(), "successes_per_hour", "2026-09")
    known = [e.value for e in found.values]
    assert found.spread == pytest.approx(max(known) / min(known))


def test_values_of_another_unit_are_not_compared() -> None:
    found = cs.definitions(demo(), "first_call_resolution", "2026-09")
    assert {e.kpi.unit for e in found.comparable} == {"%"}


def test_what_is_missing_takes_one_line() -> None:
    found = cs.definitions(data(calls({"handled": True})), "successes_per_hour")
    assert math.isnan(found.spread)
    assert found.sentences == ()
    assert all("not computable" in str(view) for view in found.views())


def test_every_definition_says_who_uses_it_and_how_it_is_computed() -> None:
    for family in families():
        assert len(family.definitions) > 1
        for definition in family.definitions:
            assert definition.users
            assert str(definition.resolved().formula)


@pytest.mark.parametrize(
    ("asked", "family"),
    [
        ("conversion_rate", "conversion_rate"),
        ("Taux d'abandon", "abandonment"),
        ("AHT", "handle_time"),
        ("sales per hour", "successes_per_hour"),
        ("conversion_per_lead", "conversion_rate"),
        ("CPA", "cost_per_acquisition"),
    ],
)
def test_a_word_is_found_by_its_other_names(asked: str, family: str) -> None:
    assert find(asked).name == family


def test_a_kpi_that_everybody_defines_alike_stands_alone() -> None:
    assert [d.resolved().name for d in find("revenue").definitions] == ["revenue"]


@pytest.mark.parametrize(
    ("asked", "near"), [("convertion_rate", "conversion_rate"), ("staffing", "unknown KPI")]
)
def test_a_miss_names_what_is_near(asked: str, near: str) -> None:
    with pytest.raises(UsageError, match=near):
        find(asked)


def test_without_calls_nothing_is_claimed() -> None:
    frame: pd.DataFrame = calls({"success": True, "handled": True}).iloc[:0]
    found = cs.definitions(data(frame), "conversion_rate")
    assert not any(e.known for e in found.values)


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_said_and_drawn_in_every_language(language: str) -> None:
    found = cs.definitions(settle(demo(), language=language), "conversion_rate", "2026-09")
    figure = found.figure()
    assert figure.alt.startswith(f"{figure.finding} {figure.caption}")
    assert len(found.table().rows) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_intervals_are_those_of_the_project_and_say_so(language: str) -> None:
    usual, narrow = (
        cs.definitions(settle(demo(), language=language, confidence=c), "conversion_rate", "2026-09")
        for c in (0.95, 0.90)
    )
    assert (usual.confidence, narrow.confidence) == (0.95, 0.90)
    for e, wide in zip(narrow.values, usual.values, strict=True):
        assert wide.low < e.low < e.value < e.high < wide.high
    head = narrow.voice.form.goal(0.90, "%")
    assert head in str(narrow)
    assert usual.voice.form.goal(0.95, "%") in str(usual)
    assert "95%" not in plain(narrow).replace(" %", "%")
    assert head in narrow._repr_html_()
