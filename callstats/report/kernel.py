"""Run a notebook in its own kernel, so that the same input gives the same notebook."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from callstats.errors import ReportError
from callstats.report.kernel_manager import NAME, ReportKernelManager
from callstats.show.display import MIME
from callstats.show.markup import render, style_element

# Papermill's log repeats our errors: keep it off stderr, where unconfigured logs go.
logging.getLogger("papermill").addHandler(logging.NullHandler())

_ERRORS = frozenset({"CallstatsError", "UsageError", "InputError", "ReportError"})
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def execute(
    notebook: Any, parameters: Mapping[str, Any], *, kernels: Callable[[], ReportKernelManager] | None = None
) -> Any:
    """Run a notebook with parameters, through papermill.

    Parameters
    ----------
    notebook : NotebookNode
        From `callstats.report.notebooks.load`; it is not changed.
    parameters : mapping of str to plain value
        Checked by `callstats.report.notebooks.check`.
    kernels : callable, optional
        Returns a kernel manager for this one notebook, started or not;
        `ReportKernelManager` by default.

    Returns
    -------
    NotebookNode
        With its outputs, and without timestamps or names of this machine.

    Raises
    ------
    ReportError
        A cell failed; the error names the question above it.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    given = _with_parameters(notebook, parameters)
    manager = (kernels or ReportKernelManager)()
    hurry = False
    try:
        executed = papermill.execute_notebook(given, None, kernel_name=NAME, progress_bar=False, km=manager)
    except papermill.PapermillExecutionError as error:
        raise _failed(given, error) from error
    except (DeadKernelError, CellTimeoutError) as error:
        raise ReportError(
            f"the notebook's kernel died or stalled: {str(error).splitlines()[0]}",
            hint="Most often the memory ran out (try a shorter period), or open files (ulimit -n 1024).",
        ) from error
    except KeyboardInterrupt:
        hurry = True
        raise
    finally:
        manager.finish(now=hurry)
    return _without_traces(executed)


def complaints(notebook: Any) -> list[str]:
    """Return what an executed notebook wrote to stderr, including warnings."""
    return [
        str(output["text"]).strip()
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]


def shown_path(data: str | Path) -> str:
    """Return a path as a report may show it: as given, but never its location on this machine.

    Examples
    --------
    >>> shown_path("data/demo")
    'data/demo'
    >>> shown_path("/srv/clients/spring")
    'spring'
    """
    path = Path(data)
    if not path.is_absolute():
        return path.as_posix()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name


def hide_path(notebook: Any, path: Path, shown: str) -> None:
    """Replace the real path by the shown one throughout the executed notebook, except in bitmaps.

    Callstats displays are then redrawn from their data, as wrapping depends on text length.
    """
    real = re.compile(rf"(?<![\w.-]){re.escape(str(path))}(?![\w-])")

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            return real.sub(lambda _: shown, value)
        if isinstance(value, list):
            return [hidden(item) for item in value]
        if isinstance(value, dict):
            for key in value:
                if not str(key).startswith("image/") or key == "image/svg+xml":
                    value[key] = hidden(value[key])
            if MIME in value and "text/html" in value:
                value["text/html"] = style_element() + render(value[MIME])
        return value

    for cell in notebook.cells:
        hidden(cell)


def _with_parameters(notebook: Any, parameters: Mapping[str, Any]) -> Any:
    """Return a copy with the given values in a new cell after the one tagged ``parameters``."""
    import copy

    from nbformat.v4 import new_code_cell

    notebook = copy.deepcopy(notebook)
    notebook.metadata["kernelspec"] = {"name": NAME, "display_name": "Python 3", "language": "python"}
    notebook.cells = [c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", ())]
    if not parameters:
        return notebook
    source = "\n".join(["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())])
    cell = new_code_cell(source, id="injected-parameters", metadata={"tags": ["injected-parameters"]})
    tagged = (i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", ()))
    notebook.cells.insert(next(tagged, -1) + 1, cell)
    return notebook


def _failed(notebook: Any, error: Any) -> ReportError:
    """Build an error saying which question failed and why, in words an analyst can act on."""
    message = str(error.evalue).strip() or error.ename
    why = message if error.ename in _ERRORS else f"{error.ename}: {message}"
    question = next(_headings_before(notebook, error.cell_index), None)
    where = f"the report failed at {question!r}" if question else "the report failed"
    first, _, rest = why.partition("\n")
    return ReportError(f"{where}: {first.rstrip('.')}", hint=rest or None)


def _headings_before(notebook: Any, index: int) -> Iterator[str]:
    for cell in reversed(notebook.cells[:index]):
        if cell.cell_type == "markdown":
            yield from reversed(_HEADING.findall(cell.source))


def _without_traces(notebook: Any) -> Any:
    """Remove what differs between identical runs: times, paths, process names."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
    return notebook
