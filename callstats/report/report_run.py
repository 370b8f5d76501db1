"""Make a report: check the request, run the notebook, draw it, and write it atomically."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.errors import ReportError, UsageError
from callstats.report import document, notebooks, report_results, state
from callstats.report import report_files as files
from callstats.report.order import Order, take_order

if TYPE_CHECKING:
    from callstats.report.kernel_manager import ReportKernelManager

#: Those that are made where none is asked for, and all there are.
FORMATS = ("html", "pdf")
KNOWN_FORMATS = (*FORMATS, "xlsx")


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A finished report.

    Attributes
    ----------
    paths : tuple of Path
        HTML and PDF as requested, then the executed notebook (not for a client) and the JSON of results.
    results : dict
        What the notebook recorded, in full precision.
    verdict : list of dict
        The sentences of its verdict: text and tone.
    seconds : float
        How long it took.
    """

    paths: tuple[Path, ...]
    results: dict[str, Any]
    verdict: list[dict[str, Any]]
    seconds: float


def run(
    notebook: str | Path,
    data: str | Path,
    *,
    period: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    language: str | None = None,
    formats: Iterable[str] = FORMATS,
    out: str | Path = "reports",
    config: str | Path | None = None,
    settings: Iterable[str] = (),
    audience: str | None = None,
    strict: bool = False,
    on_order: Callable[[Order], None] | None = None,
) -> ReportResult:
    """Make a report of some data.

    Parameters
    ----------
    notebook : str or Path
        A shipped report, or the path of your own notebook.
    data : str or Path
        A folder that ``callstats import`` wrote, or a DuckDB file.
    period : str, optional
        Such as ``2026-09``, or ``last``, the last whole month of the data, which a shipped report is
        on where it is omitted; notebooks of your own decide themselves.
    parameters : mapping, optional
        Other parameters of the notebook. Those named like a column of the data
        (campaign_id, list_id, …) also become part of the file names.
    language : str, optional
        en, fr or ru. If omitted, that of the project file.
    formats : iterable of str
        html, pdf, xlsx. The executed notebook and the JSON of results are always written too.
    out : str or Path
        Files are ``<out>/<period>/<notebook>-<parameters>.<ending>``.
    config : str or Path, optional
        Project file, for notebooks that take one.
    settings : iterable of str
        What to decide otherwise than the project file, such as ``money.cost_per_hour=50``.
    audience : str, optional
        internal, or client: no agent's name, no cost, no row of the export, no code; the files lie in
        ``<out>/<period>-client``. If omitted, that of the project file.
    strict : bool
        Treat a warning in the notebook as a failure.
    on_order : callable, optional
        Called with the order once it is checked, before anything runs.

    Returns
    -------
    ReportResult

    Raises
    ------
    UsageError
        An unknown report, parameter, campaign or format, or a period without calls;
        raised before anything runs.
    InputError
        The data cannot be read.
    ReportError
        The notebook failed; no file has been written.
    """
    wanted = checked_formats(formats)
    order = take_order(
        notebook,
        data,
        period=period,
        parameters=parameters or {},
        language=language,
        out=Path(out),
        config=config,
        settings=settings,
        audience=audience,
    )
    if on_order is not None:
        on_order(order)
    return make(order, wanted, strict=strict)


def make(
    order: Order,
    formats: Iterable[str] = FORMATS,
    *,
    strict: bool = False,
    kernels: Callable[[], ReportKernelManager] | None = None,
    writing: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> ReportResult:
    """Make a report that has been requested and checked.

    Parameters
    ----------
    order : Order
        From `callstats.report.order.take_order`.
    formats : iterable of str
        html, pdf, xlsx.
    strict : bool
        Treat a warning in the notebook as a failure.
    kernels : callable, optional
        Returns a kernel manager for one notebook; by default a plain kernel is started.
    writing : callable, optional
        Returns what the files are written inside of; it may refuse.

    Returns
    -------
    ReportResult

    Raises
    ------
    ReportError
        The notebook failed; no file has been written.
    """
    start = time.perf_counter()
    executed = _executed(order, strict, kernels)
    contents = _contents(order, executed, checked_formats(formats))
    with writing():
        written = files.write_all(order.folder, contents)
    return ReportResult(
        tuple(written.values()),
        document.results(executed),
        document.verdict(executed),
        time.perf_counter() - start,
    )


def checked_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the formats, each once.

    Raises
    ------
    UsageError
        A format is unknown.
    """
    wanted = tuple(dict.fromkeys([formats] if isinstance(formats, str) else formats))
    for name in wanted:
        if name not in KNOWN_FORMATS:
            raise UsageError(f"unknown format {name!r}", hint="Known: " + ", ".join(KNOWN_FORMATS) + ".")
    return wanted


def _executed(order: Order, strict: bool, kernels: Callable[[], ReportKernelManager] | None) -> Any:
    from callstats.report import kernel
    from callstats.report.language import translate_cells

    source = notebooks.load(order.notebook)
    translate_cells(source, order.language)
    executed = kernel.execute(source, order.values, kernels=kernels)
    warnings = kernel.complaints(executed)
    if strict and warnings:
        last = warnings[0].splitlines()[-1].rstrip(".")
        raise ReportError(f"the notebook warned: {last}", hint=warnings[0])
    kernel.hide_path(executed, order.data, order.shown)
    _check_unsaid(executed, order.unsaid)
    executed.metadata["callstats"] = {
        "report": order.notebook.stem,
        "language": order.language,
        "period": order.period,
        "period_label": order.period_label,
        "parameters": order.told_values,
        "audience": order.audience,
        "provenance": order.provenance,
        **({"method_page": order.method_page} if order.method_page else {}),
        **({"brand": dict(order.brand.plain)} if order.brand.plain else {}),
    }
    return executed


def _check_unsaid(executed: Any, names: frozenset[str]) -> None:
    """Refuse a notebook of one's own that says the names of agents to a client.

    Raises
    ------
    ReportError
    """
    if not names:
        return
    told = "\n".join(_texts([document.read(executed), document.results(executed)]))
    said = sum(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told) is not None for name in names)
    if said:
        raise ReportError(
            f"the notebook names {said} of the agents, and the report is for a client",
            hint="Open the data with callstats.open_for_report(data, audience=audience).",
        )


#: What a drawing says: its texts, and its remarks, in which matplotlib repeats those it draws as paths.
_DRAWN_TEXT = re.compile(rb"<!--(.*?)-->|>([^<]+)<", re.DOTALL)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of plain data, of pictures what they say."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield from (b" ".join(found).decode("utf-8", "ignore") for found in _DRAWN_TEXT.findall(value))
    elif isinstance(value, dict):
        yield from (text for key, item in value.items() for text in (str(key), *_texts(item)))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))


def _contents(order: Order, executed: Any, formats: tuple[str, ...]) -> dict[str, bytes]:
    """Return every rendered file of the report, with the JSON last: if it exists, all do."""
    import nbformat

    contents = {f"{order.stem}.{name}": _drawn(executed, name, order.notebook.stem) for name in formats}
    if "ipynb" in state.kept_beside(order):
        contents[f"{order.stem}.ipynb"] = nbformat.writes(executed).encode() + b"\n"
    contents[f"{order.stem}.json"] = report_results.write(order, executed, contents, formats)
    return contents


def _drawn(executed: Any, name: str, title: str) -> bytes:
    if name == "xlsx":
        from callstats.report.report_workbook import report_workbook

        return report_workbook(document.read(executed, name=title))
    with _drawing:
        content = _exporter(name).from_notebook_node(executed, {"metadata": {"name": title}})[0]
    return content if isinstance(content, bytes) else content.encode()


_drawing = threading.Lock()  # exporters keep state; little is lost, as Python draws


@cache
def _exporter(name: str) -> Any:
    """Return the exporter of a format, shared by all reports so that its templates are read once."""
    if name == "pdf":
        from callstats.report.pdf import CallstatsPDFExporter

        return CallstatsPDFExporter()
    from callstats.report.html import CallstatsHTMLExporter

    return CallstatsHTMLExporter()
