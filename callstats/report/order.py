"""What a report was asked for, checked against the notebook and the data before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.errors import UsageError
from callstats.model import TABLES
from callstats.report import files, notebooks

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Parameters that a report has options of its own for.
OWN = ("data", "period", "language", "config")
_COLUMNS = frozenset(c.name for table in TABLES.values() for c in table.columns if c.name not in OWN)
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Order:
    """A report that has been asked for and can be made.

    Attributes
    ----------
    notebook, data : Path
    shown : str
        What the report calls the data.
    values : dict
        Parameters with the types that the notebook declares.
    language, period, period_label : str
        ``period_label`` is the period as a reader of the language writes it.
    folder : Path
        Where the files go, and ``stem`` their name without its ending.
    provenance : dict
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


def take_order(
    notebook: str | Path,
    data: str | Path,
    *,
    period: str | None,
    parameters: Mapping[str, Any],
    language: str,
    out: Path,
    config: str | Path | None,
) -> Order:
    """Check everything that can be checked before a kernel starts.

    Raises
    ------
    UsageError
        An unknown report, parameter or value, or a period without calls.
    InputError
        The notebook, the data or the project file cannot be read.
    """
    from callstats.report import kernel, provenance

    path = notebooks.find(notebook)
    real, shown = Path(data).resolve(), kernel.shown_path(data)
    own = {"data": str(real), "period": period, "language": language, "config": config and str(config)}
    values = _values(path, own, parameters)
    opened = _checked(Path(data), period, values, config)
    chosen = [_written(values[name]) for name in parameters if values[name] is not None]
    return Order(
        notebook=path,
        data=real,
        shown=shown,
        values=values,
        language=language,
        period=period or "",
        period_label=_label(period, language),
        folder=out / (files.slug(period) if period else "all"),
        stem=files.stem(path.stem, chosen, language),
        provenance=provenance.of(real, shown, dict(opened.provenance)),
    )


def _values(path: Path, own: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the notebook is given, typed: the report's own options that it takes, and the rest."""
    taken = notebooks.parameters(path)
    names = {parameter.name for parameter in taken}
    for name in parameters:
        if name in OWN:
            raise UsageError(f"{name} is not a parameter to give", hint=f"Give it as the report's {name}.")
    for name in ("period", "config"):
        if own[name] is not None and name not in names:
            raise UsageError(f"the notebook takes no {name}", file=path.name)
    given = {name: value for name, value in own.items() if value is not None and name in names}
    return notebooks.check(taken, {**given, **parameters})


def _checked(data: Path, period: str | None, values: Mapping[str, Any], config: str | Path | None) -> Dataset:
    """Open the data and narrow them as the notebook will, so that what is not there is said now."""
    from callstats.config import load
    from callstats.dataset import open as open_data

    opened = open_data(data, config=load(config) if config else None)
    asked = {name: v for name, v in values.items() if name in _COLUMNS and v not in (None, [], "")}
    opened.where(period=period, **asked)
    return opened


def _written(value: Any) -> str:
    return (
        ",".join(map(str, value))
        if isinstance(value, Iterable) and not isinstance(value, str)
        else str(value)
    )


def _label(period: str | None, language: str) -> str:
    from callstats.show.format import Formatter

    return Formatter(language).month(period) if period and _MONTH.fullmatch(period) else period or ""
