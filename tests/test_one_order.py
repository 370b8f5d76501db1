"""One order of arguments: data set, what is asked about, period, the period it is compared with."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from cyclopts import App

import callstats as cs
from callstats.cli import app

#: The order; what stands between has a name of its own: a KPI, a heading, an arm.
ORDER = ("dataset", "kpi", "kpis", "heading", "period", "compare_with")
#: They take no data set that was opened: files, a folder of data, or numbers alone.
OTHERS = {"open", "read", "add", "expire", "forget", "draft_mapping", "open_for_report", "plan", "calibrate"}
QUESTIONS = sorted(
    name for name in cs.__all__ if inspect.isfunction(getattr(cs, name)) and name not in OTHERS
)
#: Of older spellings, for the sake of what is written with them.
ALIASES = {"bridge": {"before", "after"}}


def parameters(name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(cs, name)).parameters.values())


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_takes_the_data_set_first(name: str) -> None:
    first = parameters(name)[0]
    assert first.name in ("dataset", "data")  # staffing takes a frame of loads as well
    assert first.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize("name", QUESTIONS)
def test_data_kpi_period_and_comparison_stand_in_one_order(name: str) -> None:
    positional = [p.name for p in parameters(name) if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    known = [ORDER.index(n) for n in positional if n in ORDER]
    assert known == sorted(known)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_period_is_positional_and_the_one_it_is_compared_with_follows(name: str) -> None:
    named = [p.name for p in parameters(name)]
    if "period" in named:
        found = parameters(name)[named.index("period")]
        assert found.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    if "compare_with" in named:
        assert named.index("compare_with") == named.index("period") + 1
    assert not {"before", "after", "earlier", "previous"} & {*named} - ALIASES.get(name, set())


def commands() -> dict[str, Any]:
    return {name: app[name] for name in app if not name.startswith("-")}


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_takes_its_kpi_behind_the_data(name: str) -> None:
    command: App = commands()[name]
    taken = inspect.signature(command.default_command).parameters  # type: ignore[arg-type]
    if "kpi" in taken and next(iter(taken)) == "data":  # those of `calibrate` are both by name
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        assert taken["kpi"].kind in kinds
        assert list(taken)[:2] == ["data", "kpi"]
