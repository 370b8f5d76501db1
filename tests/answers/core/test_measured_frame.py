"""The frame of measured KPIs is one of pandas in all but its display."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

import callstats as cs
from callstats.kpis import get
from callstats.show.display import MIME
from tests.answers.small_campaigns import demo, settle


def measured(language: str = "en") -> pd.DataFrame:
    september = settle(demo(), language=language).where(period="2026-09")
    return cs.measure(september, ["answer_rate", "average_handle_time"], by="list_id")


def html(frame: pd.DataFrame) -> str:
    return frame._repr_html_()  # type: ignore[operator, return-value]


def test_it_is_a_data_frame_and_prints_as_one() -> None:
    frame = measured()
    assert isinstance(frame, pd.DataFrame)
    assert repr(frame) == repr(pd.DataFrame(frame))
    assert frame.to_csv() == pd.DataFrame(frame).to_csv()


def test_a_notebook_shows_labels_units_and_one_interval() -> None:
    shown = html(measured())
    assert all(text in shown for text in ("Answer rate", "%", "95% interval", "List A (old supplier)"))
    assert not any(text in shown for text in ("answer_rate", ">low<", ">high<"))


def test_a_notebook_shows_it_in_the_language_of_the_project() -> None:
    assert get("answer_rate").label["fr"] in html(measured("fr"))
    assert "Числитель" in html(measured("ru"))


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.loc[f["list_id"] == "A"],
        lambda f: f.query("kpi == 'answer_rate'"),
        lambda f: f.sort_values("value"),
        lambda f: f.round(3),
        lambda f: f.head(2),
        lambda f: f.drop(columns="note"),
        lambda f: f.set_index("list_id"),
        lambda f: pickle.loads(pickle.dumps(f)),
        lambda f: f.copy(),
    ],
)
def test_what_is_left_of_it_is_still_shown_with_labels(change) -> None:
    left = change(measured())
    assert "Answer rate" in html(left) or "handle time" in html(left)
    assert "List" in html(left)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.drop(columns="kpi"),
        lambda f: f[["list_id", "n"]],
        lambda f: f.pivot(index="list_id", columns="kpi", values="value"),
        lambda f: f.groupby("kpi").agg({"n": "sum"}),
        lambda f: f.describe(),
        lambda f: f.merge(pd.DataFrame({"value": [1.0]}), how="cross"),
        lambda f: f.rename(columns={"value": "rate"}),
        lambda f: f.assign(kpi="of my own"),
        lambda f: f.T,
    ],
)
def test_what_no_longer_says_what_its_values_are_is_shown_as_by_pandas(change) -> None:
    left = change(measured())
    assert html(left) == pd.DataFrame(left)._repr_html_()  # type: ignore[operator]
    assert left._repr_mimebundle_() is None if hasattr(left, "_repr_mimebundle_") else True


def test_the_values_of_one_kpi_need_no_column_that_says_so() -> None:
    frame = cs.measure(demo().where(period="2026-09"), "answer_rate", by="hour")
    shown = html(frame[["hour", "value", "low", "high", "n"]])
    assert "Answer rate" in shown
    assert "95% interval" in shown


def test_the_first_sixty_rows_are_shown() -> None:
    frame = cs.measure(demo(), "answer_rate", by="day", interval=False)
    assert html(frame).count("<tr") == 1 + 60
    assert f"{len(frame) - 60} more rows are not shown." in html(frame)


def test_a_report_is_given_the_table_as_plain_data() -> None:
    bundle = measured()._repr_mimebundle_()  # type: ignore[operator]
    assert bundle[MIME]["kind"] == "table"
    assert bundle["text/plain"] == repr(measured())


def test_names_from_the_data_are_never_markup() -> None:
    from tests.answers.small_campaigns import calls, data

    evil = "<script>alert(1)</script>"
    rows = [{"list_id": evil, "handled": i % 2 == 0} for i in range(10)]
    assert "<script>" not in html(cs.measure(data(calls(*rows)), "answer_rate", by="list_id"))
