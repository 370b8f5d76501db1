"""The opening of a report: the data in the reader's language, and the title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.answers.core.audience import CLIENT, for_client, under_codes
from callstats.answers.core.scope import scope
from callstats.errors import InputError, unknown_name
from callstats.show.display import TitleView

if TYPE_CHECKING:
    from callstats.answers.core.voice import Voice
    from callstats.dataset import Dataset, Period

#: The default data of the shipped notebooks.
_DEMO = "data/demo"
_LAY_OUT = (
    "Name your own data in the parameters, or lay the notebooks out with their demo data: "
    "callstats notebooks FOLDER"
)


def open_for_report(
    data: str | Path,
    *,
    language: str | None = None,
    config: str | Path | None = None,
    settings: Iterable[str] | None = None,
    audience: str = "internal",
    pseudonyms: bool = False,
) -> Dataset:
    """Open imported data for a report: in a language, and with sums that are the same in every run.

    Parameters
    ----------
    data : str or Path
        As for :func:`callstats.open`. A relative path is also tried from the two parent
        folders, so that a notebook finds it wherever its kernel was started.
    language : str, optional
        en, fr or ru; if omitted, the project's.
    config : str or Path, optional
        Project file; if omitted, that of the data.
    settings : iterable of str, optional
        What to decide otherwise than the project file, such as ``money.cost_per_hour=50``.
    audience : str
        ``internal``, or ``client``: codes in place of agents, no costs, no rows as they were exported.
    pseudonyms : bool
        Codes in place of agents for a report that stays in the house.

    Raises
    ------
    InputError
        The data or the project file cannot be read.
    UsageError
        The audience is unknown.
    """
    from callstats.config import AUDIENCES, load
    from callstats.dataset import open as open_data

    if Path(data).as_posix() == _DEMO and not find_path(data).exists():
        raise InputError("the demo data are not here", file=data, hint=_LAY_OUT)
    opened = open_data(find_path(data), config=load(find_path(config)) if config else None, threads=1)
    opened = opened.configured(settings or ())
    if audience not in AUDIENCES:
        raise unknown_name("audience", audience, AUDIENCES)
    if language:
        opened = replace(opened, config=replace(opened.config, language=language))
    if audience == CLIENT:
        return for_client(opened)
    return under_codes(opened) if pseudonyms else opened


def find_path(path: str | Path) -> Path:
    """Return a relative path that exists from here or from one of the two parent folders.

    Examples
    --------
    >>> find_path("no/such/data").as_posix()
    'no/such/data'
    """
    here = Path.cwd()
    places = (folder / path for folder in (here, *here.parents[:2]))
    return next((place for place in places if place.exists()), Path(path))


def title(
    dataset: Dataset,
    heading: str,
    period: str | Period | None = None,
    compare_with: str | Period | None = None,
    *,
    subject: str = "",
    facts: Sequence[tuple[str, str]] = (),
) -> TitleView:
    """Return the head of a report: heading, campaigns, periods, currency, last day of the data.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the report's subject.
    heading : str
        In English; translated if the catalogues have it.
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    subject : str
        What of the campaign it is about, such as the lists of a test; in the reader's language.
    facts : sequence of (label, value)
        Further subjects of the report, in the reader's language.
    """
    about = scope(dataset, period, compare_with)
    _, form = about.voice.say, about.voice.form
    shown = [(_("Period"), about.label)]
    if about.earlier_label:
        shown.append((_("Compared with"), about.earlier_label))
    shown += [*facts, (_("Currency"), about.voice.currency)]
    span = about.now.span()
    if span is not None:
        shown.append((_("Data to"), form.date(span[1])))
    named = ", ".join(part for part in (_named(about.now, about.voice), subject) if part)
    return TitleView(_(heading), named, shown)


def _named(dataset: Dataset, voice: Voice) -> str:
    """Return the campaigns in the data, at most four of them by name."""
    if not dataset.has("calls", "campaign_id"):
        return ""
    names = [voice.label(name) for name in dataset.values("campaign_id")]
    if len(names) > 4:
        return voice.say.ngettext("{n} campaign", "{n} campaigns", len(names))
    return ", ".join(names)
