"""How contacts end, what an attempt costs, where to stop, and lists side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.errors import UsageError
from tests.answers.small_campaigns import calls, data, demo, settle

BASE = {"live": False, "closed": False, "closed_reason": None, "success": False, "value": 0.0}


def dial(contact: str, attempt: int, **more) -> dict:
    return {**BASE, "contact_id": contact, "attempt_no": attempt, **more}


def end(contact: str, attempt: int, reason: str) -> dict:
    return dial(contact, attempt, live=reason != "invalid", closed=True, closed_reason=reason,
                success=reason == "success")  # fmt: skip


def test_ends_exclude_one_another() -> None:
    """Ten contacts: 2 refuse and 1 is invalid at once; 4 are dialled again, of whom 1 refuses."""
    rows = [end("a", 1, "refusal"), end("b", 1, "refusal"), end("c", 1, "invalid")]
    rows += [dial(f"p{i}", 1) for i in range(7)]
    rows += [end("p0", 2, "refusal"), *(dial(f"p{i}", 2) for i in range(1, 4))]
    found = cs.attempts(data(calls(*rows)), fewest=1)
    shares = found.ends_frame().pivot(index="attempt", columns="end", values="share")
    assert shares["refusal"].tolist() == pytest.approx([0.2, 0.2 + 0.7 / 4])
    assert shares["invalid"].tolist() == pytest.approx([0.1, 0.1])
    assert found.attempts[-1].left == pytest.approx(0.7 * 3 / 4)


def test_a_contact_given_up_is_censored() -> None:
    rows = [end("a", 1, "refusal"), dial("b", 1, closed=True, closed_reason="exhausted"), dial("c", 1)]
    found = cs.attempts(data(calls(*rows)), fewest=1)
    assert found.attempts[0].left == pytest.approx(2 / 3)


def test_ends_of_a_known_truth_are_recovered_under_censoring() -> None:
    """Each attempt: success 0.05, refusal 0.15, invalid 0.02, do-not-call 0.01; dialled one to five times."""
    rng = np.random.default_rng(3)
    names, chances = ["success", "refusal", "invalid", "do_not_call", None], [0.05, 0.15, 0.02, 0.01, 0.77]
    size, frames = 8000, []
    still, stops = np.ones(size, bool), rng.integers(1, 6, size)
    for attempt in range(1, 6):
        who = np.flatnonzero(still & (stops >= attempt))
        ends = rng.choice(5, len(who), p=chances)
        reason = np.array(names, dtype=object)[ends]
        frames.append(
            pd.DataFrame({"contact_id": who.astype(str), "attempt_no": attempt, "closed_reason": reason})
        )
        still[who[ends < 4]] = False
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.assign(
        call_id=frame.index.astype(str),
        direction="outbound",
        closed=frame["closed_reason"].notna(),
        live=frame["closed_reason"].isin(["success", "refusal", "do_not_call"]),
    )
    found = cs.attempts(data(frame)).ends_frame()
    for k in range(1, 6):
        for name, chance in zip(names[:4], chances, strict=False):
            truth = chance * (1 - 0.77**k) / (1 - 0.77)
            row = found[(found["attempt"] == k) & (found["end"] == name)].iloc[0]
            assert abs(row["share"] - truth) < 4 * max((row["high"] - row["low"]) / 3.92, 1e-4)


def costs(labour: float, technical: float) -> pd.DataFrame:
    rows = [("labour", labour), ("technical", technical), ("list", 1e6)]
    return pd.DataFrame(
        [{"campaign_id": "x", "period": "2026-09", "kind": kind, "amount": amount} for kind, amount in rows]
    )


def priced(labour: float = 300.0, technical: float = 20.0):
    """First attempts talk 90 s each, second ones 30 s; each brings 1 in value."""
    rows = [
        dial(f"p{i}", attempt, campaign_id="x", success=i % 2 == 0, value=2.0 if i % 2 == 0 else None,
             talk_s=seconds, wrap_s=0.0)
        for attempt, seconds in ((1, 90.0), (2, 30.0))
        for i in range(100)
    ]  # fmt: skip
    return cs.attempts(data(calls(*rows), costs=costs(labour, technical)))


def test_a_dial_costs_its_technology_and_the_agents_time_it_takes() -> None:
    """200 dials: 20 of technology is 0.10 a dial; 12,000 s of talk cost 300, 0.025 a second."""
    found = priced()
    assert [a.cost for a in found.attempts] == pytest.approx([0.1 + 90 * 0.025, 0.1 + 30 * 0.025])
    assert found.cost_per_dial == pytest.approx(1.6)


def test_the_marginal_profit_is_value_less_cost() -> None:
    found = priced()
    assert [a.profit for a in found.attempts] == pytest.approx([1 - 2.35, 1 - 0.85])
    error = (4 * 0.25 * 100 / 100**2) ** 0.5  # of 2 x Bernoulli(0.5), n = 100, t(99) = 1.984
    assert found.attempts[1].profit_high - found.attempts[1].profit == pytest.approx(
        1.984217 * error, rel=1e-4
    )


def test_where_to_stop_comes_with_what_is_left_open() -> None:
    """The first attempt loses for sure, so no stop after it can be told best by it alone."""
    assert priced().stop == 0
    both = priced(labour=100.0)  # 0.85 and 0.35 a dial: the first pays or not, the second pays
    assert both.stop_range == (0, None)
    assert both.best_stop == 2


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
    assert found.figure().alt.startswith(found.figure().caption)
    assert len(found.table().rows) == 2
