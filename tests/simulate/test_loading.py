"""Lists loaded in batches, and lists with a cap of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.simulate import CallList, Campaign, LoadedBatch, Scenario, Simulation, simulate
from tests.simulate.conftest import with_list

FIRST, SECOND = date(2026, 9, 1), date(2026, 10, 5)
BATCHES = (LoadedBatch(FIRST, 0.75, (0.9, 0.1)), LoadedBatch(SECOND, 0.25, (0.5, 0.5)))


@pytest.fixture(scope="module")
def loaded_twice() -> Simulation:
    scenario = Scenario.small(
        seed=6, contacts=4000, lists=("A",), days=56, campaign={"attempts": 3}, agents=tuple("abcdefghij"),
        call_list={"batches": BATCHES, "arms": ("old", "new")},
    )  # fmt: skip
    return simulate(scenario)


def test_each_batch_has_its_share_and_its_day(loaded_twice: Simulation) -> None:
    contacts = loaded_twice.frame("contacts")
    days = contacts.loaded_at.dt.tz_convert("Europe/Paris").dt.date
    assert days.value_counts().to_dict() == {FIRST: 3000, SECOND: 1000}


def test_no_contact_is_dialled_before_its_batch_is_loaded(loaded_twice: Simulation) -> None:
    calls, contacts = loaded_twice.frame("calls"), loaded_twice.frame("contacts")
    loaded = calls.contact_id.map(contacts.set_index("contact_id").loaded_at)
    assert (calls.started_at > loaded).all()
    assert ((calls.started_at - loaded).dt.total_seconds() == calls.since_loaded_s).all()


def test_first_dials_of_a_batch_follow_its_loading(loaded_twice: Simulation) -> None:
    """Ten working days from Monday 5 October end on Friday 16 October."""
    calls, contacts = loaded_twice.frame("calls"), loaded_twice.frame("contacts")
    late = contacts[contacts.loaded_at >= "2026-10-01"].contact_id
    first = calls[calls.contact_id.isin(late) & (calls.attempt_no == 1)].local_started_at.dt.date
    assert (first.min(), first.max(), len(first)) == (SECOND, date(2026, 10, 16), 1000)


def test_arms_have_the_shares_of_their_batch(loaded_twice: Simulation) -> None:
    contacts = loaded_twice.frame("contacts")
    early = contacts.loaded_at < "2026-10-01"
    for rows, share in ((contacts[early], 0.9), (contacts[~early], 0.5)):
        error = np.sqrt(share * (1 - share) / len(rows))
        assert abs((rows.arm == "old").mean() - share) < 4 * error


def test_a_batch_is_paid_in_its_month(loaded_twice: Simulation) -> None:
    costs = loaded_twice.frame("costs")
    paid = costs[costs.kind == "list"].set_index("period").amount.to_dict()
    assert paid == {"2026-09": 3000 * 0.25, "2026-10": 1000 * 0.25}


def test_a_list_with_a_cap_is_given_up_after_it_and_another_after_its_own(scenario: Scenario) -> None:
    capped = with_list(with_list(scenario, "A", attempts=9, dial_over=3), "B", attempts=2)
    calls = simulate(replace(capped, days=84)).frame("calls")
    for name, cap in (("A", 9), ("B", 2)):
        own = calls[calls.list_id == name]
        assert own.attempt_no.max() == cap
        given_up = own[own.closed_reason == "exhausted"]
        assert len(given_up) > 100
        assert (given_up.attempt_no == cap).all()
        assert own[own.attempt_no == cap].closed.all()
        last = own.sort_values("started_at").groupby("contact_id").closed.last()
        assert (last | (own.groupby("contact_id").attempt_no.max() < cap)).all()


@pytest.mark.parametrize(
    "call_list",
    [
        CallList("A", batches=(LoadedBatch(FIRST, 0.5),)),
        CallList("A", batches=(LoadedBatch(FIRST, 1.5), LoadedBatch(SECOND, -0.5))),
        CallList("A", loaded=FIRST, batches=(LoadedBatch(FIRST, 1.0),)),
        CallList("A", arms=("x", "y"), batches=(LoadedBatch(FIRST, 1.0, (1.0,)),)),
        CallList("A", arms=("x", "y"), batches=(LoadedBatch(FIRST, 1.0, (0.7, 0.7)),)),
        CallList("A", attempts=0),
        CallList("A", attempts=61),
    ],
)
def test_batches_and_caps_that_cannot_be_are_refused(call_list) -> None:
    with pytest.raises(UsageError, match="list 'A'"):
        Scenario(campaigns=(Campaign("spring", (call_list,)),))
