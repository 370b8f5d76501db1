"""A requested report, checked against the notebook and the data before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.dataset.period import Period
from callstats.errors import UsageError
from callstats.model import TABLES
from callstats.report import notebooks
from callstats.report import report_files as files
from callstats.report.usual_scope import usual_scope

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Parameters that have their own options.
OWN = ("data", "period", "language", "config", "settings")
_COLUMNS = frozenset(c.name for table in TABLES.values() for c in table.columns if c.name not in OWN)
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Order:
    """A requested report that can be made.

    Attributes
    ----------
    notebook, data : Path
    shown : str
        The report's name for the data.
    values : dict
        Parameters with the types that the notebook declares.
    language, period, period_label : str
        ``period_label`` is the period as a reader of the language writes it.
    folder : Path
        Where the files go; ``stem`` is their name without its extension.
    provenance : dict
    assumed : tuple of str
        What of it nobody said: the last whole month, the only campaign.
    """

    notebook: Path
    data: Path
    shown: str
    values: dict[str, Any]
    language: str
    period: str
    period_label: str
    folder: Path
    stem: str
    provenance: dict[str, Any]
    assumed: tuple[str, ...] = ()


def take_order(
    notebook: str | Path,
    data: str | Path,
    *,
    period: str | None,
    parameters: Mapping[str, Any],
    language: str,
    out: Path,
    config: str | Path | None,
    settings: Iterable[str] = (),
    opened: Dataset | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> Order:
    """Check everything that can be checked before a kernel starts.

    Parameters
    ----------
    notebook, data, period, parameters, language, out, config, settings
        As in :func:`callstats.report.report_run.run`.
    opened, provenance : Dataset and mapping, optional
        The opened data and their provenance, to share between orders.

    Raises
    ------
    UsageError
        An unknown report, parameter or value, or a period without calls.
    InputError
        The notebook, the data or the project file cannot be read.
    """
    from callstats.report import kernel

    path = notebooks.find(notebook)
    real, shown = Path(data).resolve(), kernel.shown_path(data)
    own = {
        "data": str(real),
        "period": period,
        "language": language,
        "config": config and str(config),
        "settings": list(settings) or None,
    }
    _values(path, own, parameters)  # a wrong word is told before anything is opened
    opened = opened or open_data(data, config, settings)
    about = usual_scope(path, opened, period, parameters)
    period, parameters = about.period, about.parameters
    values = _values(path, {**own, "period": period}, parameters)
    _check_data(opened, period, values)
    chosen = [_written(values[name]) for name in parameters if values[name] is not None]
    return Order(
        notebook=path,
        data=real,
        shown=shown,
        values=values,
        language=language,
        period=period or "",
        period_label=period_label(period, language),
        folder=out / (files.slug(period) if period else "all"),
        stem=files.stem(path.stem, chosen, language),
        provenance=dict(provenance) if provenance is not None else stands_on(data, opened),
        assumed=about.assumed,
    )


def _values(path: Path, own: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook's typed values: the standard options it takes, and the rest."""
    taken = notebooks.parameters(path)
    names = {parameter.name for parameter in taken}
    for name in parameters:
        if name in OWN:
            raise UsageError(f"{name} is not a parameter to give", hint=f"Give it as the report's {name}.")
    for name in ("period", "config", "settings"):
        if own[name] is not None and name not in names:
            raise UsageError(f"the notebook takes no {name}", file=path.name)
    given = {name: value for name, value in own.items() if value is not None and name in names}
    return notebooks.check(taken, {**given, **parameters})


def open_data(data: str | Path, config: str | Path | None = None, settings: Iterable[str] = ()) -> Dataset:
    """Open the data of a report, with its project file if there is one.

    Raises
    ------
    InputError
        The data or the project file cannot be read.
    """
    from callstats.config import load
    from callstats.dataset import open as open_dataset

    return open_dataset(Path(data), config=load(config) if config else None).configured(settings)


def stands_on(data: str | Path, opened: Dataset) -> dict[str, Any]:
    """Return the provenance of reports on some data: their current hash, and the versions."""
    from callstats.report import kernel, provenance

    return provenance.of(Path(data).resolve(), kernel.shown_path(data), dict(opened.provenance))


def _check_data(opened: Dataset, period: str | None, values: Mapping[str, Any]) -> None:
    """Narrow the data as the notebook will, so that anything missing is reported now."""
    asked = {name: v for name, v in values.items() if name in _COLUMNS and v not in (None, [], "")}
    opened.where(period=period, **asked)
    compared = values.get("compare_with")
    if isinstance(compared, str) and compared not in ("", "none", "previous"):
        Period.parse(compared)  # it may contain no call: the report says so


def _written(value: Any) -> str:
    return (
        ",".join(map(str, value))
        if isinstance(value, Iterable) and not isinstance(value, str)
        else str(value)
    )


def period_label(period: str | None, language: str) -> str:
    """Return a month as written in the language; other periods stay as they are.

    Examples
    --------
    >>> period_label("2026-09", "en"), period_label("2026-W36", "en")
    ('September 2026', '2026-W36')
    """
    from callstats.show.format import Formatter

    return Formatter(language).month(period) if period and _MONTH.fullmatch(period) else period or ""
