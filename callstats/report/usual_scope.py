"""What a report is on where nobody says it: the last whole month of the data, and their only campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.dataset.last_month import LAST, asked_period
from callstats.dataset.period import Period
from callstats.errors import UsageError
from callstats.report import notebooks
from callstats.report.month_data import DIRECTIONS, campaigns

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.report.notebooks import Parameter

_CAMPAIGN = "campaign_id"
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class ReportScope:
    """The period and the parameters of a report.

    Attributes
    ----------
    period : str or None
        None where the notebook decides.
    parameters : mapping
    assumed : tuple of str
        What nobody said, such as ``campaign_id=spring``.
    """

    period: str | None
    parameters: Mapping[str, Any]
    assumed: tuple[str, ...] = ()


def usual_scope(
    path: Path, opened: Dataset, period: str | None, parameters: Mapping[str, Any]
) -> ReportScope:
    """Return what a report is on, as far as it is said and the data leave no choice.

    A shipped notebook has the demo's month and campaign as its defaults, which are nobody else's. A
    notebook of one's own has those that its author chose.

    Raises
    ------
    UsageError
        There is no whole month, or there are several campaigns and none is named.
    """
    taken = {parameter.name: parameter for parameter in notebooks.parameters(path)}
    if period is not None and period.strip().casefold() == LAST:
        period = asked_period(opened, period).label
    if path != notebooks.names().get(path.stem):
        return ReportScope(period, parameters)
    assumed: list[str] = []
    if period is None and _has_default(taken.get("period")):
        period = asked_period(opened, LAST).label
        assumed.append(period)
    if _CAMPAIGN in parameters or not _has_default(taken.get(_CAMPAIGN)):
        return ReportScope(period, parameters, tuple(assumed))
    only = _only_campaign(path.stem, opened, period)
    assumed += [f"{_CAMPAIGN}={only}"] if only else []
    return ReportScope(period, {**parameters, _CAMPAIGN: only}, tuple(assumed))


def _has_default(parameter: Parameter | None) -> bool:
    return parameter is not None and bool(parameter.default)


def _only_campaign(report: str, opened: Dataset, period: str | None) -> str:
    """Return the campaign of the calls, empty where they name none.

    Raises
    ------
    UsageError
        There are several.
    """
    found = campaigns(opened, None if period is None else Period.parse(period))
    of_any = sorted({*found["outbound"], *found["inbound"]})
    names = (
        next((found[one] for one in DIRECTIONS[report] if found[one]), []) if report in DIRECTIONS else of_any
    )
    if len(names) > 1:
        raise UsageError(
            f"there are {len(names)} campaigns: {_listed(names)}",
            hint=f"Name one, -p {_CAMPAIGN}={names[0]}; or all of them together, -p {_CAMPAIGN}=",
        )
    return names[0] if names else ""


def _listed(names: Sequence[str]) -> str:
    left = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {left} more" if left > 0 else "")
