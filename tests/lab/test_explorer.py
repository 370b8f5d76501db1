"""The form of ``cs.explore``, driven from Python as a hand would drive it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import callstats as cs
from callstats.lab.explored_question import COMPARE, MEASURE, PLOT, ExploredQuestion
from callstats.lab.explorer import Explorer
from callstats.show.display import MIME

DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture(scope="module")
def ds() -> cs.Dataset:
    return cs.open(DEMO)


@pytest.fixture
def form(ds: cs.Dataset) -> Explorer:
    form = cs.explore(ds, name="ds")
    form.by.value, form.period.value = ("list_id",), "2026-09"
    form.filters["campaign_id"].value = ("spring",)
    return form


def shown(form: Explorer) -> list[dict[str, Any]]:
    form.show()
    return [output["data"] for output in form.shown.outputs]


def run(code: str, ds: cs.Dataset) -> list[Any]:
    """Return what a cell with the code shows."""
    displayed: list[Any] = []
    space = {"ds": ds, "display": displayed.append}
    *lines, last = code.splitlines()
    exec("\n".join(lines), space)
    value = eval(last, space)
    return displayed or [value]


def test_measuring_shows_the_table_of_its_code(form: Explorer, ds: cs.Dataset) -> None:
    form.kpis.value = ("answer_rate", "average_handle_time")
    (table,) = shown(form)
    (found,) = run(form.code.value, ds)
    assert isinstance(found, pd.DataFrame)
    assert table[MIME] == found._repr_mimebundle_()[MIME]  # type: ignore[operator]
    assert len(found) == 2 * 3


def test_comparing_shows_the_views_of_its_code(form: Explorer, ds: cs.Dataset) -> None:
    form.way.value = COMPARE
    assert [value for _, value in form.control.options] == ["A", "B", "base"]
    form.control.value = "B"
    kinds = [data[MIME]["kind"] for data in shown(form)]
    (found,) = run(form.code.value, ds)
    assert kinds[:4] == ["verdict", "figure", "caption", "table"]
    assert shown(form)[0][MIME] == found.verdict.payload()
    assert found.control == "B"


def test_plotting_draws_every_kpi_with_its_caption(form: Explorer, ds: cs.Dataset) -> None:
    form.way.value, form.kpis.value = PLOT, ("answer_rate", "connect_rate")
    drawn = shown(form)
    figures = run(form.code.value, ds)
    assert [data[MIME]["kind"] for data in drawn] == ["figure", "caption"] * 2
    assert [data["image/svg+xml"] for data in drawn[::2]] == [figure.svg for figure in figures]
    assert drawn[1]["text/plain"] == "Answer rate by list, with 95% intervals"


def test_groups_in_time_are_drawn_in_the_order_of_time(form: Explorer) -> None:
    form.way.value, form.by.value = PLOT, ("hour",)
    picture = shown(form)[0]
    assert "10" in picture["text/plain"].split(";")[0]


def test_the_button_shows(form: Explorer) -> None:
    form.button.click()
    assert form.shown.outputs
    assert form.code.value.startswith("import callstats as cs\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kpis": ()}, "no KPI was chosen"),
        ({"way": COMPARE, "by": ()}, "nothing to compare"),
        ({"period": "1999-01"}, "no calls"),
        ({"period": "yesterday"}, "yesterday"),
    ],
)
def test_what_cannot_be_asked_is_told_in_its_place(form: Explorer, change: dict[str, Any], said: str) -> None:
    for name, value in change.items():
        getattr(form, name).value = value
    (told,) = shown(form)
    assert said in told["text/plain"]
    assert form.code.value == ""


def test_only_what_the_data_can_answer_is_offered() -> None:
    calls = pd.DataFrame({"call_id": ["1", "2"], "direction": "outbound", "handled": [True, False]})
    form = cs.explore(cs.open({"calls": calls}))
    offered = {name for _, name in form.kpis.options}
    assert "answer_rate" in offered
    assert not offered & {"profit", "login_hours", "nps"}
    assert form.by.options == form.period.options == ()
    assert form.filters == {}


def test_finding_keeps_what_was_chosen(form: Explorer) -> None:
    form.find.value = "HANDLE time"
    offered = {name for _, name in form.kpis.options}
    assert {"average_handle_time", "median_handle_time"} <= offered
    assert form.kpis.value == ("answer_rate",)


def test_a_form_is_in_the_language_of_the_project(ds: cs.Dataset) -> None:
    french = cs.explore(replace(ds, config=replace(ds.config, language="fr")))
    assert french.button.description == "Montrer"
    assert any(label.startswith("Taux") for label, _ in french.kpis.options)


@pytest.mark.parametrize("value", ["it's", 'a "b"', "back\\slash", "__import__('os')", "line\nbreak"])
def test_a_name_from_the_data_never_becomes_code(value: str) -> None:
    days = pd.to_datetime(["2026-09-01 10:00", "2026-09-02 10:00"])
    frame = {"call_id": ["1", "2"], "direction": "outbound", "handled": [True, False], "campaign_id": value}
    ds = cs.open({"calls": pd.DataFrame({**frame, "local_started_at": days})})
    code = ExploredQuestion(("answer_rate",), (), "", {"campaign_id": (value,)}, MEASURE).code("ds")
    (found,) = run(code, ds)
    assert found["value"].tolist() == [0.5]
