"""A drafted project file: it changes nothing as it is, and every line of it can be taken up."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import callstats as cs
from callstats.config import BENCHMARKS, Config, MoneySettings, parse
from callstats.errors import UsageError
from callstats.project_draft.draft_sections import PRICES
from callstats.show.words import LANGUAGES
from tests.dataset.test_project_file import SECTIONS
from tests.hostile import NAMES

#: What ends a line, a string, a table or a comment, or looks like another key.
MEAN = (
    *NAMES.values(),
    'a"b', "a\nb = 1", "\r[money]\r", "# x", "a = b", "[targets]", "a.b", "a\\", "", " ", "é'\u2028",
    "\x00\x1b\x7f\x85", "targets", "language", "0x10", "true", "\U0001f600",
)  # fmt: skip


def site(names: tuple[str, ...] = ("spring", "service"), **columns: Any) -> cs.Dataset:
    """Two dials of each name in September 2026, that name everywhere."""
    rows = [(name, half) for name in names for half in (0, 1)]
    calls = pd.DataFrame(
        {
            "call_id": [str(n) for n in range(len(rows))],
            "contact_id": [f"c{n}" for n in range(len(rows))],
            "direction": "outbound",
            "campaign_id": [name for name, _ in rows],
            "list_id": [name for name, _ in rows],
            "agent_id": [name for name, _ in rows],
            "outcome_code": [name for name, _ in rows],
            "local_started_at": [pd.Timestamp(2026, 9, 1 + 29 * half, 10, 15) for _, half in rows],
            **{
                flag: [bool(half) for _, half in rows] for flag in ("connected", "live", "handled", "success")
            },
            **columns,
        }
    )
    return cs.open({"calls": calls}, config=Config())


def taken_up(draft: str) -> Config:
    """Read a draft of which every offer is taken."""
    return parse(tomllib.loads(re.sub(r"(?m)^# ", "", draft)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_as_it_is_a_draft_says_no_more_than_currency_clock_and_language(language: str) -> None:
    draft = cs.draft_project(site(MEAN), language)
    assert parse(tomllib.loads(draft)) == Config(language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_every_line_taken_up_it_says_what_is_offered_of_any_name(language: str) -> None:
    read = taken_up(cs.draft_project(site(MEAN), language))
    names = {name.encode("utf-8", "replace").decode() for name in MEAN}
    assert (
        set(read.campaign) == set(read.labels) == set(read.money.lists) == set(read.money.outcomes) == names
    )
    assert read.labels == {name: name for name in names}
    assert read.money.value_per_success == PRICES["value_per_success"][0]
    assert read.calling_hours == (("10:00", "10:30"),)
    assert {*BENCHMARKS, "answer_rate", "successes", "roi", "abandon_rate_outbound"} <= set(read.targets)


def test_a_line_holds_alone() -> None:
    """What is offered needs no other line: a table is there already."""
    draft = cs.draft_project(site())
    offers = [line for line in draft.splitlines() if line.startswith("# ")]
    assert len(offers) > 30
    for line in offers:
        alone = draft.replace(f"\n{line}\n", f"\n{line[2:]}\n")
        changed = parse(tomllib.loads(alone))
        assert changed != Config() or "= 0.05" in line or "= 0.95" in line or "abandon_rate_outbound" in line


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional=SECTIONS))
def test_what_a_project_has_decided_stands_in_its_new_file(decided: dict[str, Any]) -> None:
    config = Config(**decided)
    data = dataclasses.replace(site(), config=config)
    draft = cs.draft_project(data)
    assert said(parse(tomllib.loads(draft))) == said(config)
    taken_up(draft)


def said(config: Config) -> Config:
    """Return what a project says, without sources, campaigns, lists and agents of which it says nothing."""
    something = {
        kind: {name: own for name, own in getattr(config, kind).items() if own != type(own)()}
        for kind in ("campaign", "list", "agent", "sources")
    }
    return dataclasses.replace(config, **something)


def test_three_hundred_campaigns_are_counted_after_forty() -> None:
    draft = cs.draft_project(site(tuple(f"campaign {n:03}" for n in range(300))))
    assert draft.count("## campaign ") == 40
    assert draft.count("## Not listed: 260 more.") >= 5
    assert len(taken_up(draft).campaign) == 40


def test_campaigns_dial_and_queues_are_called() -> None:
    draft = cs.draft_project(site(direction=["outbound", "inbound", "inbound", "inbound"]))
    assert "## spring: 1 dial\n" in draft
    assert "## Inbound queues:\n## service: 2 calls received\n" in draft
    own = taken_up(draft).campaign
    assert set(own["spring"].targets) == {"answer_rate", "success_rate_argued", "successes_per_login_hour"}
    assert set(own["service"].targets) == {"service_level", "abandon_rate_inbound"}
    assert own["spring"].money
    assert not own["service"].money


def test_numbers_of_telephones_are_not_written_down() -> None:
    """Of the calls and the contacts only names of campaigns, lists, agents and codes are told."""
    draft = cs.draft_project(site(phone="+33612345678", contact_id="+33687654321"))
    assert "612345678" not in draft
    assert "687654321" not in draft


def test_a_target_offered_is_what_the_last_whole_month_reached() -> None:
    """Two of the four dials were handled, and sold."""
    draft = cs.draft_project(site())
    assert "Behind each its value in September 2026." in draft.replace("\n## ", " ")
    assert "# answer_rate = { low = 0.5 }  # Answer rate: 50.0%" in draft
    assert "# successes = 2  # Successes: 2" in draft
    assert "# service_level = { low = 0.8 }  # Service level: " in draft  # no call came in: an example


def test_both_bands_of_the_handle_time_are_offered() -> None:
    draft = cs.draft_project(site())
    b2c, b2b = BENCHMARKS["average_handle_time"]
    assert (b2c.low, b2c.high, b2b.low, b2b.high) == (120, 180, 180, 300)
    assert '# average_handle_time = { low = 120, high = 180, source = "2-3 min B2C" }' in draft
    assert (
        '## or in its place: average_handle_time = { low = 180, high = 300, source = "3-5 min B2B" }' in draft
    )


def test_norms_are_offered_in_place_of_what_was_decided_and_nothing_else_is() -> None:
    draft = cs.draft_project(site().configured({"targets.list_completion": 0.5, "targets.answer_rate": 0.3}))
    assert "\nlist_completion = { value = 0.5 }" in draft
    offered = [line for line in draft.splitlines() if line.startswith("## or in its place: ")]
    assert [line.split()[5] for line in offered] == ["average_handle_time", "list_completion"]


def test_every_price_is_explained() -> None:
    assert set(PRICES) == set(MoneySettings.__dataclass_fields__) - {"lists", "outcomes"}
    draft = cs.draft_project(site())
    for name in PRICES:
        assert re.search(rf"(?m)^##? {name} = [\d.]+ +# \S", draft), name


def test_the_hour_that_is_paid_another_way_is_only_explained() -> None:
    paid = site().configured({"money.cost_per_paid_hour": 30})
    draft = cs.draft_project(paid)
    assert "\ncost_per_paid_hour = 30.0" in draft
    assert "\n## cost_per_hour = 25.0" in draft
    assert taken_up(draft).money.cost_per_hour is None


def test_codes_are_told_with_what_they_mean_and_successes_with_their_worth() -> None:
    draft = cs.draft_project(site())
    assert '## "spring": ' in draft
    assert "# spring = 100.0  # 1 success\n" in draft


def test_the_demo_tells_its_codes_its_test_and_its_own_decisions() -> None:
    ds = cs.open("data/demo")
    draft = cs.draft_project(ds)
    assert parse(tomllib.loads(draft)) == ds.config
    assert '## "SALE": success, ' in draft
    assert '## "NI": refusal, ' in draft
    assert "\n# list_test" not in draft  # A against B is declared
    again = cs.draft_project(dataclasses.replace(ds, config=Config()))
    assert '# list_test = { campaign_id = "spring", control = "A", treatment = "B"' in again


def test_settings_are_those_that_definitions_name() -> None:
    read = taken_up(cs.draft_project(site()))
    assert read.settings == {
        "answer_within_s": 20, "short_abandon_s": 5, "gone_within_s": 60, "list_deadline_h": 8,
    }  # fmt: skip


def test_codes_that_nothing_explains_can_be_explained_there() -> None:
    silent = site(connected=None, live=None, handled=None, success=None)
    of_a_mapping = cs.draft_project(silent)
    assert 'Say in the mapping what they mean: "service", "spring"' in of_a_mapping
    of_a_system = cs.draft_project(dataclasses.replace(silent, provenance={"source": "vicidial"}))
    assert set(taken_up(of_a_system).sources["vicidial"].statuses) == {"spring", "service"}
    assert '## "spring": ' not in of_a_system  # of which it is not said what it means


def test_data_with_nothing_but_calls_can_be_drafted_from() -> None:
    bare = cs.open({"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})}, config=Config())
    draft = cs.draft_project(bare)
    assert parse(tomllib.loads(draft)) == Config()
    taken_up(draft)
    assert '# calling_hours = [["09:00", "20:00"]]' in draft


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown language 'de'"):
        cs.draft_project(site(), "de")
