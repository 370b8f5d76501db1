"""Lists side by side."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data, demo, many, numbered, plain, settle

FULL = {"live": False, "handled": False, "success": False, "closed": False, "value": 0.0, "attempt_no": 1}


def test_figures_of_a_list_are_ratios_of_its_own_sums() -> None:
    rows = [
        {**FULL, "list_id": "A", "contact_id": "p"},
        {**FULL, "list_id": "A", "contact_id": "p", "attempt_no": 2, "live": True, "handled": True},
        {
            **FULL, "list_id": "A", "contact_id": "q", "live": True, "handled": True, "success": True,
            "closed": True, "value": 30.0,
        },
        {**FULL, "list_id": "B", "contact_id": "r"},
    ]  # fmt: skip
    contacts = pd.DataFrame({"contact_id": ["p", "q", "s", "r"], "list_id": ["A", "A", "A", "B"]})
    costs = pd.DataFrame({"period": ["2026-09"], "kind": ["technical"], "amount": [8.0]})  # 2 a dial
    found = {one.list_id: one for one in cs.lists(data(calls(*rows), contacts=contacts, costs=costs)).lists}
    kpis = {name: e.value for name, e in found["A"].kpis.items()}
    assert kpis == pytest.approx(
        {
            "answer_rate": 2 / 3,
            "conversion_per_conversation": 1 / 2,
            "conversion_per_contact": 1 / 2,
            "value_per_contact": 15.0,
            "profit_per_contact": (30 - 6) / 2,
            "attempts_per_contact": 1.5,
        }
    )
    assert found["A"].callable_share == pytest.approx(2 / 3)
    assert found["B"].callable_share == 1


def test_contacts_closed_before_the_period_are_not_callable() -> None:
    early = {**FULL, "list_id": "A", "contact_id": "p", "closed": True}
    early["local_started_at"] = dt.datetime(2026, 8, 3, 10)
    late = {**FULL, "list_id": "A", "contact_id": "q"}
    contacts = pd.DataFrame({"contact_id": ["p", "q"], "list_id": ["A", "A"]})
    found = cs.lists(data(calls(early, late), contacts=contacts), "2026-09")
    assert found.lists[0].callable_share == 0.5


def two_lists(a: tuple[int, int], b: tuple[int, int], **more):
    groups = [
        many(yes, **{**FULL, "list_id": name, "live": True, "handled": True, **more})
        + many(n - yes, **{**FULL, "list_id": name, **more})
        for name, (yes, n) in {"A": a, "B": b}.items()
    ]
    return numbered(*groups)


def test_the_higher_of_two_lists_is_named_with_the_difference() -> None:
    said = plain(cs.lists(data(two_lists((40, 200), (80, 200)))).sentences[0])
    assert said.startswith("Answer rate: evidence that B is higher than A: +20 pp (+1")


def test_no_evidence_is_never_called_no_difference() -> None:
    said = cs.lists(data(two_lists((40, 200), (42, 200)))).sentences[0].text
    assert "no evidence of a difference" in said
    assert "the data allow anything from" in said


def test_lists_dialled_to_different_depth_are_compared_on_first_attempts() -> None:
    """B was dialled three times more and looks half as good; at first attempts both are alike."""
    first = two_lists((40, 100), (40, 100)).assign(
        contact_id=[f"{name}{i}" for name in "AB" for i in range(100)]
    )
    again = pd.concat([first[first["list_id"] == "B"].assign(attempt_no=k, handled=False) for k in (2, 3)])
    frame = pd.concat([first, again], ignore_index=True)
    frame["call_id"] = [str(i) for i in range(len(frame))]
    found = cs.lists(data(frame))
    assert found.contrasts["answer_rate"][0].estimate == 0
    assert "different depth" in found.sentences[-1].text


def test_lists_with_their_own_agents_are_not_compared_on_conversion() -> None:
    frame = two_lists((40, 100), (40, 100))
    frame["agent_id"] = frame["list_id"].map({"A": "elm", "B": "oak"})
    found = cs.lists(data(frame))
    assert "conversion_per_conversation" not in found.contrasts
    assert "not comparable" in found.sentences[-1].text


def test_one_list_has_nothing_to_be_compared_with() -> None:
    found = cs.lists(data(calls({**FULL, "list_id": "A"})))
    assert found.notes == ("One list only: nothing to compare it with.",)
    assert len(found.table().rows) == 1


def test_without_lists_one_line_says_so() -> None:
    assert cs.lists(data(calls({"handled": True}))).notes == ("Lists: not computable, needs calls.list_id.",)


def test_the_better_list_of_the_demo_is_found() -> None:
    """The recipe: list B reaches 31 % of contacts in an average hour, list A 25 %."""
    found = cs.lists(demo(), "2026-09").contrasts["answer_rate"]
    assert any(c.certain and (c.group, c.estimate > 0) in {("B", True), ("A", False)} for c in found)


def test_a_list_leads_in_the_caption_only_where_the_comparison_tells_it() -> None:
    assert plain(cs.lists(demo(), "2026-09").figure().finding) == (
        "List B (new supplier) leads: 25.8% against 20.1%."
    )
    alike = [{**FULL, "list_id": name, "handled": n % 3 == 0} for name in "AB" for n in range(60)]
    assert cs.lists(data(calls(*alike))).figure().finding == "No list stands out."


def test_intervals_are_of_the_level_of_the_project_and_say_so() -> None:
    usual, asked = (cs.lists(settle(demo(), confidence=level), "2026-09") for level in (0.95, 0.90))
    wide, narrow = (found.lists[0].kpis["answer_rate"] for found in (usual, asked))
    assert narrow.high - narrow.low < wide.high - wide.low
    for kpi, contrasts in asked.contrasts.items():
        before, now = usual.contrasts[kpi][0], contrasts[0]
        assert now.confidence == pytest.approx(1 - 0.10 / len(contrasts))  # the first, by Holm
        assert now.high - now.low < before.high - before.low
    assert "95%" not in str(asked)
    assert asked.figure().caption.endswith("with 90% intervals")
