"""How contacts end, and what an attempt costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data

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
