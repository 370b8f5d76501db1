"""What readers outside the house are told: codes in place of agents, no cost, no row as it was exported.

A report for a client is made of data from which all that is gone, so nothing that shows them, a
notebook of one's own included, can tell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw

from callstats.answers.agents.agent_names import pseudonym
from callstats.config import Config, MoneySettings, ScopeSettings, Target
from callstats.dataset import Dataset
from callstats.dataset.rejects import Rejects
from callstats.kpis import catalogue
from callstats.model import STATED, TABLES
from callstats.show.words import words

if TYPE_CHECKING:
    import pandas as pd

    from callstats.kpis.define import KPI

#: The name of a KPI, or the KPI.
_Named = TypeVar("_Named", bound="str | KPI")

CLIENT = "client"
#: The columns that name who works in the house.
STAFF = ("agent_id", "evaluator")
#: A list is called after the agent whose own it is.
_OWN_LIST = "list_id"
#: Parameters of a report that tell of the house: where its data are, and what it decided.
HIDDEN = ("data", "config", "settings")
#: What a client may know of an import: no file, no note, no source.
_TOLD = ("time_zone", "currency", "rows", "rejected", "lacks")
#: Says of data that they are a client's already.
_DONE = "for_client"


def for_client(dataset: Dataset) -> Dataset:
    """Return the data as a client may know them.

    Agents and evaluators have codes (see :func:`under_codes`), and costs are gone with all that is
    made of them, since costs over hours tell what an hour earns. Rows that were left out are counted
    and not quoted; neither files nor notes of imports are named.

    Parameters
    ----------
    dataset : Dataset
        Not narrowed by agent.

    Examples
    --------
    >>> import pandas as pd
    >>> calls = pd.DataFrame({"call_id": ["1"], "direction": ["outbound"], "agent_id": ["Ann"]})
    >>> costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [2_000.0]})
    >>> seen = for_client(Dataset({"calls": calls, "costs": costs}))
    >>> seen.values("agent_id") == [pseudonym("Ann")], seen.has("costs"), seen.config.audience
    (True, False, 'client')
    """
    if dataset.provenance.get(_DONE):
        return dataset
    coded = under_codes(dataset)
    told = {key: value for key, value in dataset.provenance.items() if key in _TOLD} | {_DONE: True}
    kept = {name: frame for name, frame in coded.frames.items() if name != "costs"}
    return _rebuilt(coded, kept, _without_costs(coded.config), told, _counted(coded.rejects))


def under_codes(dataset: Dataset) -> Dataset:
    """Return the data with a code in place of every agent and evaluator, and of their labels.

    The codes are made with ``pseudonym_key`` of the project file. An attribute of contacts that holds
    an agent's name has the code too, and so has a list that is called like one.

    Examples
    --------
    >>> import pandas as pd
    >>> calls = pd.DataFrame({"call_id": ["1"], "direction": ["outbound"], "agent_id": ["Ann"]})
    >>> under_codes(Dataset({"calls": calls})).values("agent_id")[0] == pseudonym("Ann")
    True
    """
    coded = codes(dataset)
    if not coded:
        return dataset
    frames = {name: _coded(frame, _naming(dataset, name), coded) for name, frame in dataset.frames.items()}
    return _rebuilt(dataset, frames, _renamed(dataset, coded), dataset.provenance, dataset.rejects)


def codes(dataset: Dataset) -> dict[str, str]:
    """Return the code of every agent and evaluator of the data."""
    found: set[str] = set()
    whole = replace(dataset, filters=type(dataset.filters)())
    for name in dataset.frames:
        for column in STAFF:
            if column in _stored(dataset, name):
                rows = whole.stored(name).select(column).unique().collect("pyarrow")[column].to_list()
                found |= {value for value in rows if isinstance(value, str)}
    return {name: pseudonym(name, dataset.config.pseudonym_key) for name in sorted(found)}


def told_kpis(audience: str, kpis: Iterable[_Named]) -> tuple[_Named, ...]:
    """Return the KPIs that an audience is told: a client those that need no cost.

    Examples
    --------
    >>> told_kpis("client", ["profit", "answer_rate"])
    ('answer_rate',)
    """
    if audience != CLIENT:
        return tuple(kpis)
    known = catalogue()
    found = [(one, known.get(one) if isinstance(one, str) else one) for one in kpis]
    return tuple(one for one, kpi in found if kpi is None or "costs" not in kpi.needs)


def _stored(dataset: Dataset, table: str) -> Mapping[str, Any]:
    """Return the columns of a table as they are stored: costs that are charged have agents besides."""
    return dataset.frames[table].collect_schema()


def _naming(dataset: Dataset, table: str) -> list[str]:
    """Return the columns of a table that may name an agent: of staff, texts the model lacks, own lists."""
    own = TABLES[table].names
    return [
        column for column, kind in _stored(dataset, table).items()
        if column in (*STAFF, _OWN_LIST)
        or (kind == nw.String and column not in own and not column.startswith(STATED))
    ]  # fmt: skip


def _coded(frame: nw.LazyFrame, columns: Iterable[str], coded: Mapping[str, str]) -> nw.LazyFrame:
    changed = {}
    for column in columns:
        told = coded if column in STAFF else {name: code for name, code in coded.items() if is_spoken(name)}
        if told:
            other = None if column in STAFF else nw.col(column)
            changed[column] = nw.col(column).replace_strict(
                list(told), list(told.values()), default=other, return_dtype=nw.String
            )
    return frame.with_columns(**changed) if changed else frame


def is_spoken(name: str) -> bool:
    """Tell whether a name is one of words, which nothing else bears by accident, as numbers do.

    Examples
    --------
    >>> is_spoken("Ann"), is_spoken("1001"), is_spoken("A1")
    (True, False, False)
    """
    return re.search(r"[^\W\d_]{3}", name) is not None


def _rebuilt(
    dataset: Dataset,
    frames: Mapping[str, nw.LazyFrame],
    config: Config,
    provenance: Mapping[str, Any],
    rejects: Rejects,
) -> Dataset:
    rebuilt = Dataset(frames, config, provenance, rejects, dataset.filters)
    rebuilt.frames.beyond = getattr(dataset.frames, "beyond", {})  # type: ignore[attr-defined]
    return rebuilt


def _renamed(dataset: Dataset, coded: Mapping[str, str]) -> Config:
    """Return the settings with the codes in place of agents' names."""
    config = dataset.config
    _ = words(config.language)
    numbers = _lists_and_campaigns(dataset) if coded.keys() & config.labels.keys() else set()
    kept = {name for name in numbers if not is_spoken(name)}
    labels = {name: label for name, label in config.labels.items() if name not in coded or name in kept}
    labels |= {code: _("Agent {code}", code=code) for code in sorted(coded.values())}
    agent = {coded[name]: own for name, own in config.agent.items() if name in coded}
    spoken = {name: code for name, code in coded.items() if is_spoken(name)}
    lists = {spoken.get(name, name): own for name, own in config.list.items()}
    tests = {
        name: replace(
            test,
            control=spoken.get(test.control, test.control),
            treatment=spoken.get(test.treatment, test.treatment),
        )
        for name, test in config.ab_tests.items()
    }
    return replace(config, labels=labels, agent=agent, list=lists, ab_tests=tests)


def _lists_and_campaigns(dataset: Dataset) -> set[str]:
    """Return the names of lists and campaigns, which labels are for as well."""
    found: set[str] = set()
    for column in ("campaign_id", "list_id"):
        if any(column in schema for schema in dataset.schemas.values()):
            found |= {
                str(value) for value in replace(dataset, filters=type(dataset.filters)()).values(column)
            }
    return found


def _without_costs(config: Config) -> Config:
    """Return the settings without prices of work, targets of what is made of costs, and targets of agents."""
    campaign = {
        name: ScopeSettings(_told_targets(own.targets), _worth(own.money))
        for name, own in config.campaign.items()
    }
    lists = {name: replace(own, targets=_told_targets(own.targets)) for name, own in config.list.items()}
    return replace(
        config,
        audience=CLIENT,
        targets=_told_targets(config.targets),
        money=_worth(config.money),
        campaign=campaign,
        list=lists,
        agent={},
    )


def _told_targets(targets: Mapping[str, Target]) -> dict[str, Target]:
    return {name: targets[name] for name in told_kpis(CLIENT, targets)}


def _worth(money: MoneySettings) -> MoneySettings:
    """Return what successes are worth, which the client pays; what they cost is the house's."""
    return MoneySettings(value_per_success=money.value_per_success, outcomes=money.outcomes)


def _counted(rejects: Rejects) -> Rejects:
    """Return the rows that were left out without anything they hold."""
    if not rejects.known or not len(rejects):
        return rejects
    rows: pd.DataFrame = rejects.frame()
    return Rejects(rows.assign(file="", row=0, column=None, reason=None, found=None, content=None))
