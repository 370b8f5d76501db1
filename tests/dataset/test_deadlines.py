"""By when the contacts of a list should have been dialled, and whether they were, on every engine."""

from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config
from callstats.dataset import Dataset
from callstats.errors import UsageError

#: A list loaded on Monday 31 August at 18:00, of a site that works from 9 to 20: due on 1 September at 15:00.
MONDAY = "2026-08-31 18:00"
HOURS = (("09:00", "20:00"),)


def dial(contact, at, **more):
    return {"contact_id": contact, "list_id": "x", "direction": "outbound", "local_started_at": at, **more}


def loaded(contact, at=MONDAY, **more):
    return {"contact_id": contact, "list_id": "x", "loaded_at": at, **more}


DIALS = [
    dial("a", "2026-08-31 19:00"),
    dial("b", "2026-09-01 15:00"),
    dial("c", "2026-09-01 15:01"),
    dial("e", "2026-08-31 17:00"),  # before it was loaded: for another list
    dial("f", "2026-09-02 12:00"),
]
PEOPLE = [*(loaded(c) for c in "abcde"), loaded("f", "2026-09-02 11:00"), loaded("g", "2026-09-02 11:00")]


def frames(dials=DIALS, people=PEOPLE, zone=None):
    calls = pd.DataFrame(dials).assign(call_id=[str(i) for i in range(len(dials))])
    calls["local_started_at"] = pd.to_datetime(calls["local_started_at"])
    clock = calls["local_started_at"].dt.tz_localize(zone or "UTC")
    calls["started_at"] = clock.dt.tz_convert("UTC")
    contacts = pd.DataFrame(people)
    if "loaded_at" in contacts:
        contacts["loaded_at"] = pd.to_datetime(contacts["loaded_at"], utc=True)
    return {"calls": calls, "contacts": contacts}


def site(tables, **settings):
    return Dataset(tables, config=Config(**{"calling_hours": HOURS, **settings}))


def completion(dataset, by=None):
    frame = cs.measure(dataset, "list_completion", by=by)
    return [tuple(row) for row in frame[["numerator", "denominator"]].itertuples(index=False)]


def polars_of(frame):
    return pytest.importorskip("polars").from_pandas(frame)


def lazy_polars_of(frame):
    return polars_of(frame).lazy()


def arrow_of(frame):
    import pyarrow as pa

    return pa.Table.from_pandas(frame)


def duckdb_of(frame):
    import duckdb

    return duckdb.from_arrow(arrow_of(frame))


@pytest.mark.parametrize("engine", [pd.DataFrame, polars_of, lazy_polars_of, arrow_of, duckdb_of])
def test_contacts_are_dialled_by_their_deadline_on_every_engine(engine):
    """a and b in time, c a minute late, d never, e only before loading; f and g are due on a day to come."""
    dataset = site({name: engine(frame) for name, frame in frames().items()})
    assert completion(dataset) == [(2, 5)]
    assert completion(dataset, by="list_id") == [(2, 5)]


def test_a_dial_before_the_period_counts_for_a_deadline_in_it():
    """In September all five deadlines; a was dialled in August. In August no deadline."""
    dataset = site(frames())
    assert completion(dataset.where(period="2026-09")) == [(2, 5)]
    august = cs.measure(dataset.where(period="2026-08"), "list_completion")["note"].iloc[0]
    assert august == "undefined: no contacts whose deadline is over"


def test_months_count_the_deadlines_that_lie_in_them():
    later = [dial("f", "2026-10-01 12:00"), dial("g", "2026-10-02 12:00")]
    people = [*PEOPLE[:5], loaded("f", "2026-10-01 09:00"), loaded("g", "2026-10-01 09:00")]
    dataset = site(frames([*DIALS[:4], *later], people))
    frame = cs.measure(dataset, "list_completion", by="month").set_index("month")
    assert frame["denominator"].to_dict() == {"2026-09": 5, "2026-10": 2}
    assert frame["numerator"].to_dict() == {"2026-09": 2, "2026-10": 1}


def test_the_hours_and_their_number_are_the_projects():
    """Four working hours end on 1 September at 11:00; from 14 to 20 the eighth hour ends at 20:00."""
    dataset = site(frames())
    assert completion(dataset.configured({"settings.list_deadline_h": 4})) == [(1, 5)]
    assert completion(dataset.configured({"calling_hours": [["14:00", "20:00"]]})) == [(3, 5)]
    assert completion(dataset) == [(2, 5)]


def test_a_deadline_after_the_last_call_is_not_over():
    early = site(frames([DIALS[0], dial("b", "2026-09-01 14:59")]))
    assert cs.measure(early, "list_completion")["note"].iloc[0].startswith("undefined: no contacts")


def test_contacts_whose_loading_is_unknown_are_told():
    people = [*PEOPLE, *({"contact_id": f"u{i}", "list_id": "x"} for i in range(5))]
    note = cs.measure(site(frames(people=people)), "list_completion")["note"].iloc[0]
    assert note == "not computable: local_loaded_at is unknown for 50 % of contacts loaded"
    some = site(frames(people=people), unknown_tolerance=0.6).where(period="2026-09")
    assert completion(some) == [(2, 5)]


def test_the_calls_say_when_their_contact_was_loaded_if_the_contacts_do_not():
    """An hour before the dial at 19:00 is 18:00 on 31 August; the others were loaded then as well."""
    people = [{k: v for k, v in one.items() if k != "loaded_at"} for one in PEOPLE[:3]]
    since = [3600.0, 21 * 3600.0, 21 * 3600.0 + 60]
    dials = [one | {"since_loaded_s": s} for one, s in zip(DIALS, since, strict=False)]
    assert completion(site(frames([*dials, dial("z", "2026-09-02 12:00")], people))) == [(2, 3)]


def test_loading_is_read_on_the_clock_of_the_calls():
    """16:00 in UTC is 18:00 in Paris, where the calls are: due at 15:00 there, whatever the site's zone."""
    dials = [one | {"time_zone": "Europe/Paris"} for one in DIALS]
    people = [one | {"loaded_at": "2026-08-31 16:00"} for one in PEOPLE[:5]]
    assert completion(site(frames(dials, people, "Europe/Paris"))) == [(2, 5)]
    told = site(frames(DIALS, people, "Europe/Paris"), time_zone="Europe/Paris")
    assert completion(told) == [(2, 5)]


def test_a_list_loaded_long_before_the_data_begin_was_due_before_them():
    """A week is the longest wait for a first dial; of what is older nobody knows whether it was dialled."""
    people = [*PEOPLE[:5], loaded("f", "2026-07-01 12:00"), loaded("g", "2026-08-29 12:00")]
    assert completion(site(frames(people=people))) == [(2, 6)]


def test_days_without_dials_are_not_worked():
    """Nobody dials on 1 September: eight hours after Monday 18:00 end on 2 September at 15:00."""
    dials = [DIALS[0], dial("b", "2026-09-02 14:00"), dial("c", "2026-09-02 16:00")]
    assert completion(site(frames(dials, PEOPLE[:3]))) == [(2, 3)]


def test_attributes_and_campaigns_of_contacts_narrow_the_deadlines():
    people = [one | {"region": "north" if one["contact_id"] in "ad" else "south"} for one in PEOPLE]
    dataset = site(frames(people=people))
    assert completion(dataset, by="region") == [(1, 2), (1, 3)]
    assert completion(dataset.where(region="north")) == [(1, 2)]


def test_a_contact_on_two_lists_has_two_deadlines():
    """On y it is loaded on 1 September at 9:00 and due at 17:00; only its dial for x was in time."""
    people = [loaded("a"), loaded("a", "2026-09-01 09:00") | {"list_id": "y"}]
    dials = [dial("a", "2026-09-01 10:00"), dial("z", "2026-09-02 10:00")]
    assert completion(site(frames(dials, people)), by="list_id") == [(1, 1), (0, 1)]
    nameless = [{k: v for k, v in one.items() if k != "list_id"} for one in dials]
    assert completion(site(frames(nameless, people)), by="list_id") == [(1, 1), (1, 1)]


@pytest.mark.parametrize(
    ("lacks", "note"),
    [
        (("contacts", None), "needs contacts"),
        (("contacts", "loaded_at"), "needs contacts.loaded_at"),
        (("calls", "started_at"), "needs calls.started_at"),
        (("calls", "local_started_at"), "needs calls.local_started_at"),
    ],
)
def test_what_is_missing_is_named(lacks, note):
    table, column = lacks
    tables = frames()
    if column is None:
        del tables[table]
    else:
        tables[table] = tables[table].drop(columns=column)
    found = cs.measure(site(tables), "list_completion")
    assert found["note"].iloc[0] == f"not computable: {note}"


def test_deadlines_are_no_table_of_the_data():
    dataset = site(frames())
    assert repr(dataset).splitlines()[0] == "Dataset(calls, contacts)"
    assert dataset.values("contact_id")
    with pytest.raises(UsageError, match="deadlines"):
        Dataset({"deadlines": pd.DataFrame({"contact_id": ["a"]})})


@pytest.mark.parametrize(("hours", "due"), [(8, "2026-09-01 19:00"), (27, "2026-09-03 20:00")])
def test_the_demos_lists_are_counted_as_by_hand(hours, due):
    """Both lists are loaded on 1 September at seven; the site works nine hours a day with a break at one."""
    data = Path(__file__).parents[2] / "data" / "demo"
    dials = pd.read_parquet(data / "calls.parquet", filters=[("list_id", "in", ["A", "B"])])
    reached = dials[dials["local_started_at"] <= due].groupby("list_id")["contact_id"].nunique()
    dataset = cs.open(data).configured({"settings.list_deadline_h": hours}).where(list_id=["A", "B"])
    found = cs.measure(dataset.period("2026-09"), "list_completion", by="list_id")
    assert found["numerator"].tolist() == reached.tolist()
