"""What the cells of a shipped notebook show, run here and now: without a kernel, so a test is quick."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callstats.report import notebooks
from callstats.show.display import View

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "data" / "demo")


def cells(name: str, *, until: str = "", **parameters: Any) -> dict[str, Any]:
    """Return by cell id what the last line of each code cell gives, None for an assignment.

    ``until`` is the last cell that is run; all of them where left out.
    """
    path = notebooks.find(name) if "/" not in name else ROOT / "notebooks" / f"{name}.ipynb"
    space: dict[str, Any] = {}
    shown = {}
    for cell in notebooks.load(path).cells:
        if cell.cell_type == "code":
            shown[cell["id"]] = _run(cell.source, space)
            if "parameters" in cell.metadata.get("tags", ()):
                space.update({"data": DEMO, **parameters})
            if cell["id"] == until:
                break
    return shown


def _run(source: str, space: dict[str, Any]) -> Any:
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "cell", "exec"), space)
        return None
    tree.body.pop()
    exec(compile(tree, "cell", "exec"), space)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), space)


def views(shown: Any) -> tuple[View, ...]:
    """Return the display objects that a cell's value shows in a report."""
    if isinstance(shown, View):
        return (shown,)
    return tuple(shown.views()) if hasattr(shown, "views") else ()


def texts(shown: dict[str, Any]) -> Iterator[str]:
    """Yield every text that a reader of the report sees."""
    for value in shown.values():
        for view in views(value):
            payload = view.payload()
            if payload["kind"] != "record":
                yield from _leaves({k: v for k, v in payload.items() if k != "kind"})


_SAID_TO_MACHINES = {"align", "tone", "name", "arrow", "bar", "good"}


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _SAID_TO_MACHINES:
                yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
