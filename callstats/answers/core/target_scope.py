"""Whose target is it: the site's, or that of one campaign, list or agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.config import Config, Target
from callstats.config.label_texts import label_texts
from callstats.dataset.filters import Filters
from callstats.errors import UsageError, near_names, spoken
from callstats.kpis import catalogue, get
from callstats.kpis.define import KPI, Net

if TYPE_CHECKING:
    from callstats.answers.core.voice import Voice
    from callstats.dataset import Dataset

#: Column of what may have targets of its own -> its section of callstats.toml. The narrowest comes last.
SECTIONS = {"campaign_id": "campaign", "list_id": "list", "agent_id": "agent"}
_SIDES = ("up", "down")
#: What may narrow the data, for a total still to be that of the whole campaign, list or agent.
_OWN = {"campaign_id": {"campaign_id"}, "list_id": {"campaign_id", "list_id"}, "agent_id": {"agent_id"}}


def is_total(kpi: KPI) -> bool:
    """Return whether a KPI is a count or a sum: it grows with the days, and parts add up to it.

    Examples
    --------
    >>> [is_total(get(name)) for name in ("successes", "profit", "roi", "average_handle_time")]
    [True, True, False, False]
    """
    return isinstance(kpi.formula, Net)


def applied_targets(
    dataset: Dataset, group: Mapping[str, object] | None = None, own: Iterable[KPI] = ()
) -> dict[str, Target]:
    """Return the targets that hold for a data set within its filters, or for one group of it.

    Those of the narrowest campaign, list or agent go before the site's, KPI by KPI. A
    target for a count or a sum belongs to the whole of what it was set for; one for a
    rate, a share or a mean holds for its parts too.

    Parameters
    ----------
    dataset : Dataset
    group : mapping of str to value, optional
        Column -> value of the group.
    own : iterable of KPI
        KPIs that are not in the catalogue.

    Returns
    -------
    dict of str to Target
        By the name of the KPI. Unknown names are left out: :func:`check_targets` names them.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("12"), "direction": "outbound", "campaign_id": ["spring", "autumn"],
    ... })
    >>> ds = Dataset({"calls": calls}).configured({
    ...     "targets.successes": 400, "targets.answer_rate": 0.2, "campaign.spring.targets.successes": 150,
    ... })
    >>> site, spring, autumn = ds, ds.where(campaign_id="spring"), ds.where(campaign_id="autumn")
    >>> [applied_targets(d)["successes"].value for d in (site, spring)]
    [400.0, 150.0]
    >>> "successes" in applied_targets(autumn)
    False
    >>> applied_targets(autumn)["answer_rate"].value
    0.2
    """
    narrowed = {**dataset.filters.equals, **{k: (v,) for k, v in (group or {}).items()}}
    less = narrowed.keys() - ({} if group else _leaving_all(dataset))
    known, found = _outside(own), {}
    for column, stated in (("", dataset.config.targets), *_stated_for(dataset.config, narrowed)):
        part = less - _OWN.get(column, set())
        for name, target in stated.items():
            kpi = _known(name, known)
            if kpi is not None and not (part and is_total(kpi)):
                found[kpi.name] = target
    return {name: target for name, target in found.items() if target != Target(source=target.source)}


def applied_totals(dataset: Dataset, own: Iterable[KPI] = ()) -> list[KPI]:
    """Return the counts and sums that have a target within the filters of a data set."""
    known = _outside(own)
    named = (get(name, known) for name in applied_targets(dataset, own=known))
    return [kpi for kpi in named if is_total(kpi)]


def _stated_for(config: Config, narrowed: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    for column, section in SECTIONS.items():
        values = narrowed.get(column, ())
        if len(values) == 1 and values[0] is not None:
            yield column, config.own_targets(section, str(values[0]))


def _leaving_all(dataset: Dataset) -> set[str]:
    """Return the filters that leave no call out: the only campaign of a site is the site."""
    values = dataset.filters.equals.get("campaign_id", ())
    totals = any((kpi := _known(name, ())) and is_total(kpi) for name in dataset.config.targets)
    if len(values) != 1 or not totals or not dataset.has("calls", "campaign_id"):
        return set()
    whole = replace(dataset, filters=Filters())
    alone = "campaign_id" not in dataset.holes("calls") and whole.values("campaign_id") == list(values)
    return {"campaign_id"} if alone else set()


def _outside(own: Iterable[KPI]) -> tuple[KPI, ...]:
    """Return the KPIs that the catalogue does not have."""
    there = catalogue()
    return tuple(kpi for kpi in own if kpi.name not in there)


def _known(name: str, own: tuple[KPI, ...]) -> KPI | None:
    try:
        return get(name, own)
    except UsageError:
        return None


def targets_named(config: Config, own: Iterable[KPI] = ()) -> list[KPI]:
    """Return the KPIs that have a target anywhere, once each, the site's first."""
    known = _outside(own)
    found = (_known(name, known) for _, stated in _sections(config) for name in stated)
    return list({kpi.name: kpi for kpi in found if kpi is not None}.values())


def own_targets_named(config: Config, section: str, own: Iterable[KPI] = ()) -> dict[str, set[str]]:
    """Return the KPIs by which single campaigns, lists or agents have targets of their own, by their name."""
    known = _outside(own)
    stated = {name: one.targets for name, one in getattr(config, section).items() if one.targets}
    return {
        name: {kpi.name for each in targets if (kpi := _known(each, known)) is not None}
        for name, targets in stated.items()
    }


def _sections(config: Config) -> Iterator[tuple[tuple[str, ...], Mapping[str, Target]]]:
    """Yield every table of targets with its place in the file."""
    yield ("targets",), config.targets
    for section in SECTIONS.values():
        for name, own in getattr(config, section).items():
            yield (section, name, "targets"), own.targets


def check_targets(config: Config, own: Iterable[KPI] = ()) -> None:
    """Raise an error for a target that cannot be judged.

    Parameters
    ----------
    config : Config
    own : iterable of KPI
        KPIs that are not in the catalogue.

    Raises
    ------
    UsageError
        Its KPI is unknown; or it is one value for a figure of which neither more nor less is
        better, and no side is named.

    Examples
    --------
    >>> check_targets(Config(targets={"sucesses": Target(value=400)}))
    Traceback (most recent call last):
        ...
    callstats.errors.UsageError: key 'targets.sucesses': unknown KPI 'sucesses'.
    Did you mean 'successes'?
    """
    known = _outside(own)
    for place, stated in _sections(config):
        for name, target in stated.items():
            _check(".".join((*place, name)), name, target, known)


def _check(place: str, name: str, target: Target, own: tuple[KPI, ...]) -> None:
    try:
        kpi = get(name, own)
    except UsageError as error:
        raise UsageError(f"key {place!r}: {error.found}", near=error.near, hint=error.hint) from error
    if target.value is not None and not (
        target.direction or is_total(kpi) or kpi.direction in ("up", "down")
    ):
        raise UsageError(
            f"key {place!r}: {kpi.name} has no better side, so that one value says too little",
            hint='Give low and high, or name the side: { value = …, direction = "down" }.',
        )


@dataclass(frozen=True, slots=True)
class Stray:
    """A campaign, list or agent that has targets and is not in the data.

    Attributes
    ----------
    section, name : str
    near : tuple of str
        Those in the data whose name, or label, is like it.
    """

    section: str
    name: str
    near: tuple[str, ...]


def stray_targets(dataset: Dataset) -> tuple[Stray, ...]:
    """Return the campaigns, lists and agents that have targets and are not in the data, whatever its filters.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({"call_id": ["1"], "direction": ["outbound"], "campaign_id": ["spring"]})
    >>> stray_targets(Dataset({"calls": calls}).configured({"campaign.sprng.targets.successes": 9}))
    (Stray(section='campaign', name='sprng', near=('spring',)),)
    """
    found, whole = [], replace(dataset, filters=Filters())
    for column, section in SECTIONS.items():
        named = [name for name, own in getattr(dataset.config, section).items() if own.targets]
        there = values_of(whole, column) if named else []
        called = {value: label_texts(dataset.config.labels.get(value, value)) for value in there}
        labels = {spoken(text): value for value, texts in called.items() for text in texts}
        for name in named:
            if name not in there:
                labelled = labels.get(spoken(name))
                found.append(Stray(section, name, (labelled,) if labelled else near_names(name, there)))
    return tuple(found)


def values_of(dataset: Dataset, column: str) -> list[str]:
    """Return the values of a column within the filters, as text; none where no table has it."""
    tables = [table for table in dataset.frames if dataset.has(table, column)]
    return [str(value) for value in dataset.values(column)] if tables else []


def stray_notes(voice: Voice, dataset: Dataset) -> tuple[str, ...]:
    """Return a line on every campaign, list and agent that has targets and is not in the data."""
    return tuple(_stray_note(voice, one) for one in stray_targets(dataset))


def _stray_note(voice: Voice, one: Stray) -> str:
    said = voice.say(
        "Targets are set for {what}, which is not in the data.", what=f"{one.section}.{one.name}"
    )
    near = voice.say(" or ").join(one.near)
    return f"{said} {voice.say('Did you mean {near}?', near=near)}" if near else said
