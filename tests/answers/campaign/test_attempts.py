"""How often to call, in one life table and list by list."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.errors import UsageError
from callstats.stats import proportion_interval
from tests.answers.small_campaigns import calls, data, demo, plain, settle

BASE = {"live": False, "closed": False, "success": False, "value": 0.0}


def dial(contact: str, attempt: int, **more) -> dict:
    return {**BASE, "contact_id": contact, "attempt_no": attempt, **more}


def found(*rows: dict, **options):
    return cs.attempts(data(calls(*rows)), fewest=1, **options)


def test_at_risk_are_contacts_that_got_the_dial_and_were_not_reached_before() -> None:
    """p is reached at 2 and dialled again; q is not reached; r has had one dial only."""
    made = found(
        dial("p", 1), dial("p", 2, live=True), dial("p", 3), dial("q", 1), dial("q", 2), dial("r", 1)
    )
    assert [(a.number, a.at_risk, a.reached, a.dials) for a in made.attempts] == [(1, 3, 0, 3), (2, 2, 1, 2)]


def test_a_contact_closed_unreached_is_not_at_risk_again() -> None:
    made = found(dial("p", 1, closed=True), dial("p", 2, live=True), dial("q", 1), dial("q", 2))
    assert [(a.at_risk, a.reached) for a in made.attempts] == [(2, 0), (1, 0)]


def test_who_was_reached_before_the_period_is_not_at_risk_in_it() -> None:
    early = dt.datetime(2026, 8, 3, 10)
    rows = [
        dial("p", 1, live=True, local_started_at=early),
        dial("p", 2, live=True),
        dial("q", 1, local_started_at=early),
        dial("q", 2, live=True),
    ]
    made = found(*rows, period="2026-09").attempts
    assert [(a.number, a.at_risk, a.reached, a.dials) for a in made] == [(2, 1, 1, 2)]


def test_the_share_reached_so_far_is_one_less_the_product_of_those_missed() -> None:
    rows = [dial(c, 1, live=c == "a") for c in "abcd"] + [dial(c, 2, live=c == "b") for c in "bcd"]
    made = found(*rows).attempts
    assert [a.hazard for a in made] == pytest.approx([1 / 4, 1 / 3])
    assert made[1].cumulative == pytest.approx(1 - 3 / 4 * 2 / 3)


def test_intervals_are_wilsons() -> None:
    rows = [dial(f"p{i}", 1, live=i < 12) for i in range(40)]
    one = found(*rows).attempts[0]
    wilson = proportion_interval(12, 40)
    assert (one.low, one.high) == pytest.approx((wilson.low, wilson.high))


def test_the_value_of_an_attempt_is_per_dial_with_it() -> None:
    rows = [dial(f"p{i}", 1, live=True, success=i == 0, value=60.0 if i == 0 else None) for i in range(4)]
    one = found(*rows).attempts[0]
    assert one.value == 15.0
    error = 30.0 / 2  # standard deviation of 60, 0, 0, 0 is 30; the delta form divides by n
    assert one.value_high - one.value == pytest.approx(3.182 * error * (3 / 4) ** 0.5, rel=1e-3)


def costs(amount: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "campaign_id": ["x", "x"],
            "period": ["2026-09", "2026-09"],
            "kind": ["labour", "list"],
            "amount": [amount, 1e6],
        }
    )


def campaign(first: float, later: float):
    """Return 1,000 contacts of two attempts with these values per dial, one success in ten."""
    rows = []
    for attempt, value in ((1, first), (2, later)):
        rows += [
            dial(
                f"p{i}",
                attempt,
                campaign_id="x",
                success=i % 10 == 0,
                value=10 * value if i % 10 == 0 else None,
            )
            for i in range(1000)
        ]
    return calls(*rows)


def test_the_attempt_that_brings_less_than_it_costs_is_where_to_stop() -> None:
    made = cs.attempts(data(campaign(2.0, 0.1), costs=costs(1000.0)))
    assert made.cost_per_dial == 0.5  # labour alone: the list is paid for
    assert made.stop == 1
    assert plain(made.sentences[1]).startswith("Stop before attempt 2: it brings €0.10 a dial (")


def test_attempts_that_all_pay_give_no_reason_to_stop() -> None:
    made = cs.attempts(data(campaign(2.0, 1.5), costs=costs(1000.0)))
    assert (made.stop, made.paying) == (None, 2)
    assert "no reason to stop earlier" in made.sentences[1].text


def test_an_open_question_is_called_one() -> None:
    made = cs.attempts(data(campaign(2.0, 0.5), costs=costs(1000.0)))
    assert plain(made.sentences[1]).endswith("after that too little data to tell.")


def test_without_costs_nothing_is_said_of_money() -> None:
    made = cs.attempts(data(campaign(2.0, 0.1)))
    assert len(made.sentences) == 1
    assert len(made.table().columns) == 6


def test_too_few_contacts_take_one_line() -> None:
    made = cs.attempts(data(calls(dial("p", 1))))
    assert [str(v) for v in made.views()] == [
        "By attempt: too little data, fewer than 30 contacts with a known outcome."
    ]


def test_a_missing_column_is_named() -> None:
    made = cs.attempts(data(calls({"live": True})))
    assert made.notes == ("By attempt: not computable, needs calls.attempt_no.",)


def test_hazards_of_a_known_truth_are_recovered_under_censoring() -> None:
    """With reach of beta(a, b) the hazard of attempt k is a / (a + b + k - 1) (Weinberg, Gladen 1986)."""
    a, b, size, most = 1.2, 3.0, 20_000, 6
    rng = np.random.default_rng(20260901)
    reach = rng.beta(a, b, size)
    stops = rng.integers(1, most + 1, size)  # how far each contact has been dialled by now
    rows = []
    for k in range(1, most + 1):
        live = rng.random(size) < reach
        rows.append(pd.DataFrame({"contact_id": np.arange(size), "attempt_no": k, "live": live})[stops >= k])
    frame = pd.concat(rows)
    frame = frame.assign(
        call_id=[str(i) for i in range(len(frame))],
        contact_id=frame["contact_id"].astype(str),
        direction="outbound",
        live=frame["live"].astype("boolean"),
    )
    for one in cs.attempts(data(frame)).attempts:
        truth = a / (a + b + one.number - 1)
        error = (truth * (1 - truth) / one.at_risk) ** 0.5
        assert abs(one.hazard - truth) < 4 * error


def test_the_demo_is_reached_less_at_every_further_attempt() -> None:
    """The recipe: contacts differ (beta), so those left are harder to reach."""
    made = cs.attempts(demo(), "2026-09").attempts
    assert made[0].low > made[-1].high


def by_list(**reach: tuple[float, int]):
    """Return lists whose contacts are reached with a chance at every attempt, dialled so often."""
    rng = np.random.default_rng(8)
    rows = []
    for name, (chance, depth) in reach.items():
        for i in range(600):
            for attempt in range(1, depth + 1):
                live = bool(rng.random() < chance)
                rows.append(dial(f"{name}{i}", attempt, list_id=name, live=live))
                if live:
                    break
    return cs.attempts(data(calls(*rows)), by="list_id")


def test_a_younger_list_of_the_same_quality_is_not_punished() -> None:
    """Answers per dial would differ; by the same attempt the lists do not."""
    found = by_list(old=(0.3, 6), young=(0.3, 2))
    assert found.depth == 2
    assert not found.changes["old"].certain
    assert "no evidence of a difference" in found.sentences[0].text


def test_a_better_list_is_found() -> None:
    found = by_list(a=(0.25, 3), b=(0.4, 3))
    change = next(iter(found.changes.values()))
    assert change.certain
    truth = (1 - 0.75**3) - (1 - 0.6**3)
    assert change.low < truth < change.high or change.low < -truth < change.high


def test_three_lists_are_each_compared_with_the_others() -> None:
    found = by_list(a=(0.3, 2), b=(0.3, 2), c=(0.3, 2))
    assert set(found.changes) == {"a", "b", "c"}


def test_each_list_has_the_table_it_has_alone() -> None:
    one = cs.attempts(demo().where(list_id="A"), "2026-09").to_frame()[["at_risk", "reached", "hazard"]]
    both = cs.attempts(demo(), "2026-09", by="list_id").to_frame()
    pd.testing.assert_frame_equal(
        both[both["list_id"] == "A"][["at_risk", "reached", "hazard"]].reset_index(drop=True), one
    )


def test_a_list_with_too_few_contacts_takes_a_line() -> None:
    rows = [*(dial(f"p{i}", 1, list_id="a") for i in range(40)), dial("q", 1, list_id="b")]
    found = cs.attempts(data(calls(*rows)), by="list_id")
    assert list(found.groups) == ["a"]
    assert found.notes[0].startswith("b: ")


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(UsageError, match="list_id"):
        cs.attempts(demo(), by="list_idd")


def test_the_better_list_of_the_demo_is_better_by_attempt() -> None:
    found = cs.attempts(demo(), "2026-09", by="list_id")
    assert found.changes["A"].high < 0


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_lists_are_drawn_in_every_language(language: str) -> None:
    found = cs.attempts(settle(demo(), language=language), "2026-09", by="list_id")
    figure = found.figure()
    assert figure.alt.startswith(f"{figure.finding} {figure.caption}")
    assert len(found.table().rows) == 2


def test_intervals_are_of_the_level_of_the_project_and_say_so() -> None:
    usual, asked = (cs.attempts(settle(demo(), confidence=level), "2026-09") for level in (0.95, 0.90))
    for wide, narrow in zip(usual.attempts, asked.attempts, strict=True):
        wilson = proportion_interval(narrow.reached, narrow.at_risk, confidence=0.90)
        assert (narrow.low, narrow.high) == pytest.approx((wilson.low, wilson.high))
        for low, high in (("low", "high"), ("cumulative_low", "cumulative_high"),
                          ("value_low", "value_high"), ("profit_low", "profit_high")):  # fmt: skip
            widths = [getattr(one, high) - getattr(one, low) for one in (narrow, wide)]
            assert widths[0] < widths[1]
    assert usual.ends is not None
    assert asked.ends is not None
    assert asked.ends.high["refusal"][0] < usual.ends.high["refusal"][0]
    assert "95%" not in str(asked)
    heads = [column.label for column in asked.table().columns]
    assert {"90% interval", "Profit per dial, 90% interval"} <= set(heads)


def test_lists_are_compared_at_the_level_of_the_project() -> None:
    usual, asked = (
        cs.attempts(settle(demo(), confidence=level), "2026-09", by="list_id") for level in (0.95, 0.90)
    )
    for group, change in asked.changes.items():
        assert change.confidence == pytest.approx(0.90)  # two lists are one claim
        assert change.high - change.low < usual.changes[group].high - usual.changes[group].low
    assert "95%" not in str(asked)
    assert "90% interval" in str(asked)
