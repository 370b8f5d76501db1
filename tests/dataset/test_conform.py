"""Types of the columns that frames come with."""

import datetime as dt

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from callstats.dataset.conform import conform
from callstats.errors import InputError


def types(**columns):
    return dict(conform("calls", pd.DataFrame(columns)).collect_schema())


def test_python_objects_of_true_false_and_none_become_flags():
    assert types(handled=[True, None, False])["handled"] == nw.Boolean


def test_nothing_but_nulls_is_of_the_models_type():
    found = types(
        handled=[None],
        talk_s=pd.Series([None], dtype=object),
        local_started_at=pd.Series([None], dtype=object),
    )
    assert found["handled"] == nw.Boolean
    assert found["talk_s"].is_numeric()
    frame = pl.DataFrame(
        {"handled": [None], "agent_id": [None], "talk_s": [None], "local_started_at": [None]}
    )
    found = dict(conform("calls", frame).collect_schema())
    assert list(found.values()) == [nw.Boolean, nw.String, nw.Float64, nw.Datetime("us")]


def test_identifiers_that_are_whole_numbers_or_categories_become_text():
    found = types(list_id=[101, 102], agent_id=pd.Categorical(["a", "b"]))
    assert found == {"list_id": nw.String, "agent_id": nw.String}
    assert conform("calls", pd.DataFrame({"list_id": [101]})).collect().to_dict(as_series=False) == {
        "list_id": ["101"]
    }


def test_a_date_is_a_clock_at_midnight():
    frame = conform("calls", pl.DataFrame({"local_started_at": [dt.date(2026, 9, 14)]}))
    assert frame.collect().to_dict(as_series=False)["local_started_at"] == [dt.datetime(2026, 9, 14)]


def test_further_columns_are_left_as_they_are():
    assert types(call_id=["1"], mood=[{"a": 1}])["mood"] == nw.Object


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("handled", [0, 1]),
        ("handled", ["yes", "no"]),
        ("talk_s", ["12", "13"]),
        ("talk_s", [True, False]),
        ("agent_id", [1.5, 2.5]),
        ("attempt_no", ["1", "2"]),
        ("local_started_at", ["2026-09-14", "2026-09-15"]),
        ("local_started_at", pd.to_datetime(["2026-09-14T10:00Z"])),
        ("started_at", [1, 2]),
        ("handled", [True, "perhaps"]),
        ("local_started_at", pd.Series([dt.time(9), None], dtype=object)),
    ],
)
def test_another_type_is_refused_with_the_column(column, values):
    with pytest.raises(InputError, match=f"column '{column}'"):
        conform("calls", pd.DataFrame({column: values}))
