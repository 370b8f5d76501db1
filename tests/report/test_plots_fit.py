"""No word of a plot is cut or stands on another, in any report of the demo month."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest

from callstats.show import pictures, theme
from callstats.show.display import View
from tests.plot_faults import faults

ROOT = Path(__file__).parents[2]
REPORTS = {
    "campaign_report": ({"campaign_id": "spring"}, {"campaign_id": "renewal"}),
    "agent_comparison": ({"campaign_id": "spring"}, {"campaign_id": "renewal"}),
    "list_ab_test": ({"campaign_id": "spring", "control": "A", "treatment": "B"},),
    "service_report": ({"campaign_id": "service"},),
    "monthly_summary": ({},),
    "data_quality": ({},),
}
CASES = [(name, given) for name, cases in REPORTS.items() for given in cases]


def shown_by(name: str, parameters: dict[str, Any]) -> None:
    """Run a report's cells and show what each ends with."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    names: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), names)
        if "parameters" in cell.metadata.get("tags", ()):
            names.update(parameters)
        if last is not None:
            _show(eval(compile(ast.Expression(last.value), name, "eval"), names))


def _show(result: Any) -> None:
    views = getattr(result, "views", None)
    if not isinstance(result, View) and callable(views):
        views()


def _cases() -> list[Any]:
    """Return every report in Russian, whose words are longest, and in the others as slow tests."""
    marks = {"ru": (), "en": (pytest.mark.slow,), "fr": (pytest.mark.slow,)}
    return [
        pytest.param(
            name, given, language, marks=marks[language], id="-".join([name, *given.values(), language])
        )
        for language in marks
        for name, given in CASES
    ]


@pytest.mark.parametrize(("name", "given", "language"), _cases())
def test_no_word_of_a_plot_is_cut_or_stands_on_another(monkeypatch, name, given, language):
    found: list[str] = []
    counted = 0
    drawn = pictures.to_svg

    def watched(figure: Any, alt: str) -> str:
        nonlocal counted
        counted += 1
        with theme.context():
            found.extend(f"{alt[:60]}: {fault}" for fault in faults(figure))
        return drawn(figure, alt)

    monkeypatch.setattr(pictures, "to_svg", watched)
    data = str(ROOT / "data" / "demo")
    shown_by(name, {**given, "data": data, "period": "2026-09", "language": language})
    assert counted > 0
    assert found == []


def test_a_word_that_is_cut_and_one_that_stands_on_another_are_found():
    axes = theme.axes(None, 1.0)
    axes.set_ylabel("a label much longer than the axes are high, so that both of its ends are cut")
    axes.text(0.5, 0.5, "here")
    axes.text(0.51, 0.5, "there")
    told = list(faults(axes.figure))
    plt.close(axes.figure)
    assert any(one.startswith("cut") for one in told)
    assert "overlap: 'here' and 'there'" in told
