"""A requested report, checked against the notebook and the data before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.answers.core.audience import CLIENT, HIDDEN, STAFF, codes, for_client, is_spoken
from callstats.config import AUDIENCES
from callstats.config.label_texts import label_texts
from callstats.dataset.period import Period
from callstats.errors import UsageError, unknown_name
from callstats.model import TABLES
from callstats.report import notebooks
from callstats.report import report_files as files
from callstats.report.branding import Branding, branding
from callstats.report.usual_scope import usual_scope

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Parameters that have their own options.
OWN = ("data", "period", "language", "config", "settings", "audience")
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
    method_page : str
        The page of the methods beside it, without its extension; empty if there is none.
    audience : str
        ``internal`` or ``client``.
    unsaid : frozenset of str
        Names of agents that a notebook of one's own must not say to a client.
    brand : Branding
        How it looks.
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
    method_page: str = ""
    audience: str = "internal"
    unsaid: frozenset[str] = frozenset()
    brand: Branding = field(default_factory=Branding)

    @property
    def told_values(self) -> dict[str, Any]:
        """The parameters as readers may know them, without paths of this machine and what is the house's."""
        if self.audience == CLIENT:
            return {name: value for name, value in self.values.items() if name not in HIDDEN}
        return {**self.values, **({"data": self.shown} if "data" in self.values else {})}


def take_order(  # noqa: PLR0913 - all but two by name
    notebook: str | Path,
    data: str | Path,
    *,
    period: str | None,
    parameters: Mapping[str, Any],
    language: str | None,
    out: Path,
    config: str | Path | None,
    settings: Iterable[str] = (),
    audience: str | None = None,
    opened: Dataset | None = None,
    coded: Mapping[str, str] | None = None,
    provenance: Mapping[str, Any] | None = None,
    brand: Branding | None = None,
    found: bool = False,
) -> Order:
    """Check everything that can be checked before a kernel starts.

    Parameters
    ----------
    notebook, data, period, parameters, language, out, config, settings, audience
        As in :func:`callstats.report.report_run.run`.
    opened, coded, provenance, brand : Dataset, mappings and Branding, optional
        The opened data as the audience may know them, the code of each agent, their provenance and the
        looks of the house, to share between orders.
    found : bool
        Whether the parameters are names of this data and period, so that they need not be looked up.

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
    own: dict[str, Any] = {
        "data": str(real),
        "period": period,
        "language": language,
        "config": config and str(config),
        "settings": list(settings) or None,
    }
    _values(path, own, parameters)  # a wrong word is told before anything is opened
    if opened is None:
        opened = open_data(data, config, settings)
        audience = known_audience(audience or opened.config.audience)
        opened, coded = seen_by(audience, opened)
    audience, language = audience or "internal", language or opened.config.language
    own |= {"audience": None if audience == "internal" else audience, "language": language}
    about = usual_scope(path, opened, period, parameters)
    period, parameters = about.period, about.parameters
    values = _coded(_values(path, {**own, "period": period}, parameters), coded or {})
    _check_data(opened, period, values, found)
    chosen = [_written(values[name]) for name in parameters if values[name] is not None]
    return Order(
        brand=branding(opened.config.brand, places_beside(data, config)) if brand is None else brand,
        notebook=path,
        data=real,
        shown=shown if audience == "internal" else "data",
        values=values,
        language=language,
        period=period or "",
        period_label=period_label(period, language),
        folder=files.period_folder(out, period, audience),
        stem=files.stem(path.stem, chosen, language),
        provenance=dict(provenance) if provenance is not None else stands_on(data, opened),
        assumed=about.assumed,
        audience=audience,
        unsaid=unsaid_names(coded or {}, opened) if path not in notebooks.names().values() else frozenset(),
    )


def _values(path: Path, own: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook's typed values: the standard options it takes, and the rest."""
    taken = notebooks.parameters(path)
    names = {parameter.name for parameter in taken}
    for name in parameters:
        if name in OWN:
            raise UsageError(f"{name} is not a parameter to give", hint=f"Give it as the report's {name}.")
    if own.get("audience") is not None and "audience" not in names:
        raise UsageError("this report is for the house alone", file=path.name, hint=_TAKE_AUDIENCE)
    for name in ("period", "config", "settings"):
        if own[name] is not None and name not in names:
            raise UsageError(f"the notebook takes no {name}", file=path.name)
    given = {name: value for name, value in own.items() if value is not None and name in names}
    return notebooks.check(taken, {**given, **parameters})


_TAKE_AUDIENCE = (
    "A notebook of your own is made for a client where it takes the parameter audience and opens the data "
    "with callstats.open_for_report(data, audience=audience)."
)


def places_beside(data: str | Path, config: str | Path | None) -> list[Path]:
    """Return where a file that a project names is looked for: beside its file, its data, and here."""
    named = [Path(config).parent] if config else []
    real = Path(data).resolve()
    return [*named, real if real.is_dir() else real.parent, Path.cwd()]


def known_audience(name: str) -> str:
    """Return the name of an audience.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if name not in AUDIENCES:
        raise unknown_name("audience", name, AUDIENCES)
    return name


def seen_by(audience: str, opened: Dataset) -> tuple[Dataset, dict[str, str]]:
    """Return the data as an audience may know them, and the code of each agent, by name and by label."""
    if audience == "internal":
        return opened, {}
    coded, labels = codes(opened), opened.config.labels
    called = {text: code for name, code in coded.items() for text in label_texts(labels.get(name, name))}
    return for_client(opened), coded | called


def unsaid_names(coded: Mapping[str, str], opened: Dataset) -> frozenset[str]:
    """Return the agents' names that a report says by no accident: no number, and no campaign."""
    campaigns = opened.values("campaign_id") if opened.reaches("calls", "campaign_id") else []
    return frozenset(name for name in coded if is_spoken(name) and name not in campaigns)


def _coded(values: dict[str, Any], coded: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters with the codes of agents in place of their names."""
    kept = {*OWN, *(_COLUMNS - {*STAFF, "list_id"})}

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(item) for item in value]
        return coded.get(value, value) if isinstance(value, str) else value

    return {name: value if name in kept else told(value) for name, value in values.items()}


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

    told = provenance.of(Path(data).resolve(), kernel.shown_path(data), dict(opened.provenance))
    return told if opened.config.audience == "internal" else {k: v for k, v in told.items() if k != "data"}


def _check_data(opened: Dataset, period: str | None, values: Mapping[str, Any], found: bool) -> None:
    """Narrow the data as the notebook will, so that anything missing is reported now."""
    if not found:
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
