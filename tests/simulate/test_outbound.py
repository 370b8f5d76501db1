from __future__ import annotations

import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from callstats.model import CHAIN, CLOSED_REASONS, TABLES
from callstats.simulate import Scenario, simulate
from callstats.simulate.arrow_tables import NOT_SIMULATED, NOT_SIMULATED_OF

shares = st.floats(0.05, 0.6)


lists = st.fixed_dictionaries(
    dict.fromkeys(("reach", "success", "invalid", "machine", "argued", "callback"), shares)
)
campaigns = st.fixed_dictionaries(
    {"attempts": st.integers(1, 7), "gap": st.floats(1, 5), "abandoned": shares}
)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), call_list=lists, campaign=campaigns)
def test_every_call_keeps_the_rules_of_the_model(seed, call_list, campaign):
    """The chain from dial to success, and closed with its reason, whatever the scenario."""
    scenario = Scenario.small(seed, contacts=150, lists=("A",), campaign=campaign, call_list=call_list)
    calls = simulate(scenario).frame("calls")
    for deeper, before in zip(CHAIN[1:], CHAIN, strict=False):
        assert (calls[deeper] <= calls[before]).all()
    assert (calls.abandoned <= calls.live).all()
    assert ((calls.abandoned.astype(int) + calls.handled) == calls.live).all()
    assert (calls.argued <= calls.right_party).all()
    assert (calls.closed == calls.closed_reason.notna()).all()
    assert set(calls.closed_reason.dropna()) <= set(CLOSED_REASONS)
    assert (calls.success == (calls.closed_reason == "success")).all()
    assert (calls.argued == calls.closed_reason.isin(["success", "refusal"])).all()
    assert (calls.handled <= calls.agent_id.notna()).all()
    assert calls.groupby("contact_id").closed.sum().max() <= 1
    assert calls.attempt_no.max() <= campaign["attempts"]


def test_attempts_are_counted_from_one_without_gaps(calls):
    ordered = calls.sort_values("started_at")
    assert (ordered.groupby("contact_id").cumcount() + 1 == ordered.attempt_no).all()


def test_live_calls_are_counted_from_one(calls):
    live = calls[calls.live].sort_values("started_at")
    assert (live.groupby("contact_id").cumcount() + 1 == live.live_no).all()
    assert calls[~calls.live].live_no.isna().all()


def test_local_time_is_the_clock_of_the_zone(calls):
    clock = calls.started_at.dt.tz_convert("Europe/Paris").dt.tz_localize(None)
    assert (clock == calls.local_started_at).all()


def test_since_loaded_is_the_distance_from_loading(simulation, calls):
    loaded = simulation.frame("contacts").set_index("contact_id").loaded_at
    distance = (calls.started_at - calls.contact_id.map(loaded)).dt.total_seconds()
    assert (distance == calls.since_loaded_s).all()
    assert (distance > 0).all()


def test_every_contact_dialled_was_loaded(simulation, calls):
    contacts = simulation.frame("contacts").set_index("contact_id").list_id
    assert (calls.contact_id.map(contacts) == calls.list_id).all()


def test_kept_call_backs_are_those_dialled_within_an_hour(simulation, calls):
    promises = simulation.frame("callbacks").dropna(subset=["kept"])
    dials = calls[["contact_id", "started_at", "success"]]
    pairs = promises.reset_index().merge(dials, on="contact_id", suffixes=("", "_of_call"))
    near = pairs[(pairs.started_at - pairs.due_at).abs() <= pd.Timedelta("1h")]
    near = near[near.started_at > near.asked_at]
    assert set(near["index"]) == set(promises.index[promises.kept.astype(bool)])


def test_call_backs_are_the_calls_that_promised(simulation, calls):
    assert len(simulation.frame("callbacks")) == calls.callback_at.notna().sum()


def test_seconds_are_known_where_an_agent_was_on_the_line(calls):
    for column in ("talk_s", "hold_s", "wrap_s"):
        assert (calls[column].notna() == calls.agent_id.notna()).all()
    assert (calls.queue_s.notna() == calls.live).all()


def test_a_cancelled_success_is_worth_nothing(calls):
    won = calls[calls.success]
    assert ((won.value == 0) == won.cancelled.astype(bool)).all()
    assert calls[~calls.success].value.isna().all()


def test_tables_have_the_columns_and_types_of_the_model(demo_simulation):
    kinds = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_(),
        "instant": pa.timestamp("us", tz="UTC"), "clock": pa.timestamp("us"),
    }  # fmt: skip
    for name, table in TABLES.items():
        schema = demo_simulation.tables[name].schema
        left_out = NOT_SIMULATED | NOT_SIMULATED_OF.get(name, frozenset())
        columns = [column for column in table.columns if column.name not in left_out]
        assert schema.names[: len(columns)] == [column.name for column in columns], name
        assert [schema.field(c.name).type for c in columns] == [kinds[c.type] for c in columns]


def test_what_the_model_requires_is_never_null(demo_simulation):
    for name, table in TABLES.items():
        rows = demo_simulation.tables[name]
        for column in table.columns:
            if not column.nullable:
                assert rows[column.name].null_count == 0, (name, column.name)


def test_keys_are_unique(demo_simulation):
    for name, table in TABLES.items():
        if table.key:
            assert not demo_simulation.frame(name).duplicated(list(table.key)).any(), name
