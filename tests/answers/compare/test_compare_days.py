"""Lists on days of their own, lists given up sooner, and groups that are made of what came of a call."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.errors import ComparisonRefused
from tests.answers.compare.comparable import gates


def on_days(contact, list_id, day, handled, draw, **columns) -> pd.DataFrame:
    """Return dials on working days numbered from 1 June 2026, at any of the hours."""
    calendar = pd.bdate_range("2026-06-01", periods=int(day.max()) + 1)
    seconds = draw.integers(9 * 3600, 18 * 3600, len(contact))
    moment = calendar[day] + pd.to_timedelta(seconds, unit="s")
    frame = pd.DataFrame({
        "call_id": np.arange(len(contact)).astype(str), "contact_id": contact.astype(str),
        "direction": "outbound", "list_id": np.array(["A", "B"])[list_id], "local_started_at": moment,
        "handled": handled, "live": handled,
    })  # fmt: skip
    return frame.assign(**columns)


def dialled(draw, *, apart: bool, sd: float, contacts: int = 700, days: int = 20, lift: float = 0.0):
    """Return two lists alike, dialled thrice on shocked days: alternate ones, or the same."""
    shock, nature = draw.normal(0, sd, days), draw.normal(-1.2, 0.8, 2 * contacts)
    contact = np.repeat(np.arange(2 * contacts), 3)
    second = contact // contacts
    day = (
        2 * draw.integers(0, days // 2, len(contact)) + second
        if apart
        else draw.integers(0, days, len(contact))
    )
    logit = nature[contact] + shock[day] + lift * second
    handled = draw.random(len(contact)) < 1 / (1 + np.exp(-logit))
    return on_days(contact, second, day, handled, draw)


def capped(draw, caps: tuple[int, int], contacts: int = 250, days: int = 40, *, reasons: bool = True):
    """Return two lists alike, given up after so many dials: better contacts are closed first."""
    list_id = np.repeat([0, 1], contacts)
    most, reach = np.array(caps)[list_id], draw.beta(0.8, 2.4, 2 * contacts)
    still, count, rows = np.ones(2 * contacts, bool), np.zeros(2 * contacts, int), []
    for day in range(days):
        at = np.flatnonzero(still & (draw.random(2 * contacts) < 0.8))
        count[at] += 1
        handled = draw.random(len(at)) < reach[at]
        refused = handled & (draw.random(len(at)) < 0.5)
        given_up = ~refused & (count[at] >= most[at])
        rows.append((at, np.full(len(at), day), handled, refused, given_up))
        still[at[refused | given_up]] = False
    contact, day, handled, refused, given_up = map(np.concatenate, zip(*rows, strict=True))
    why = np.where(refused, "refusal", np.where(given_up, "exhausted", None))
    columns = {"closed": refused | given_up} | ({"closed_reason": why} if reasons else {})
    return on_days(contact, list_id[contact], day, handled, draw, **columns)


def compare(frame: pd.DataFrame, **options) -> Any:
    return cs.compare(cs.open({"calls": frame}), "answer_rate", "list_id", "A", **options)


def differs(frame: pd.DataFrame, **options) -> bool:
    return compare(frame, **options)["B"].certain


def test_lists_on_alternate_days_are_clustered_by_day_and_it_is_said():
    compared = cs.compare(
        cs.open({"calls": dialled(np.random.default_rng(1), apart=True, sd=0.3)}),
        "answer_rate",
        "list_id",
        "A",
    )
    assert compared["B"].method.endswith("clustered by contact and day")
    assert 5 < compared["B"].degrees_of_freedom < 30
    assert "days" in gates(compared)


def test_lists_side_by_side_are_not():
    compared = cs.compare(
        cs.open({"calls": dialled(np.random.default_rng(1), apart=False, sd=0.3)}),
        "answer_rate",
        "list_id",
        "A",
    )
    assert compared["B"].method.endswith("clustered by contact")
    assert "days" not in gates(compared)


def test_months_are_clustered_by_day_without_a_word_since_no_month_shares_its_days():
    frame = dialled(np.random.default_rng(2), apart=False, sd=0.3, days=40)
    compared = cs.compare(cs.open({"calls": frame}), "answer_rate", "month", "2026-06")
    assert compared["2026-07"].method.endswith("clustered by contact and day")
    assert not gates(compared)


def test_two_single_days_are_refused():
    frame = dialled(np.random.default_rng(3), apart=True, sd=0.0, days=2)
    with pytest.raises(ComparisonRefused, match="one day did and what they do cannot be told apart"):
        compare(frame)
    assert compare(frame, stratify=[], force=True)["B"].compared


@pytest.mark.parametrize("column", ["live", "handled"])
def test_what_came_of_a_call_is_no_group_to_compare(column):
    frame = dialled(np.random.default_rng(4), apart=False, sd=0.0)
    with pytest.raises(ComparisonRefused, match=f"{column} tells what came of a call"):
        cs.compare(cs.open({"calls": frame}), "answer_rate", column, "False")


@pytest.mark.parametrize("reasons", [True, False])
def test_a_list_given_up_sooner_is_compared_attempt_by_attempt(reasons):
    frame = capped(np.random.default_rng(5), (40, 6), reasons=reasons)
    compared = compare(frame)
    assert "attempt_no" in compared["B"].strata
    assert not compared["B"].certain


def rate(make, rounds: int, **options) -> float:
    return sum(differs(make(np.random.default_rng([rounds, i])), **options) for i in range(rounds)) / rounds


def error(rounds: int) -> float:
    return 3 * math.sqrt(0.05 * 0.95 / rounds)


@pytest.mark.slow
@pytest.mark.parametrize(("sd", "days"), [(0.15, 20), (0.3, 20), (0.2, 10)])
def test_lists_on_alternate_days_differ_by_chance_in_five_of_a_hundred(sd, days):
    found = rate(lambda draw: dialled(draw, apart=True, sd=sd, days=days), 400)
    assert found <= 0.05 + error(400)


@pytest.mark.slow
@pytest.mark.parametrize("caps", [(40, 6), (12, 4)])
def test_lists_given_up_after_different_dials_differ_by_chance_in_five_of_a_hundred(caps):
    assert rate(lambda draw: capped(draw, caps), 400) <= 0.05 + error(400)


def test_totals_of_two_months_vary_as_their_days_do():
    """Ten days of 0 or 16 answers in June have an error of sqrt(10) s = 26.7; contacts alone would give 9."""
    rows = [(6, day, 16 * (day % 2)) for day in range(10)] + [(7, day, 8) for day in range(10)]
    dials = [(month, day, i < answers) for month, day, answers in rows for i in range(16)]
    frame = pd.DataFrame(dials, columns=["month", "day", "handled"])
    moment = [pd.Timestamp(2026, m, 1 + d, 10) for m, d in zip(frame["month"], frame["day"], strict=True)]
    names = frame.index.astype(str)
    calls = frame[["handled"]].assign(
        call_id=names, contact_id=names, direction="outbound", local_started_at=moment, list_id="A"
    )
    row = cs.compare(cs.open({"calls": calls}), "handled_calls", "month", "2026-06")["2026-07"]
    assert row.estimate == 0
    assert row.standard_error > 26
