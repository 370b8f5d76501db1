"""What a project decides once: targets, money, currency, time zone, calling hours, language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callstats.config.brand_settings import BrandSettings
from callstats.config.engine_settings import EngineSettings
from callstats.config.label_texts import Label, label_in
from callstats.config.mail_settings import MailSettings
from callstats.config.money_settings import MoneySettings

#: Who reads the reports: the house, or somebody outside it.
AUDIENCES = ("internal", "client")


@dataclass(frozen=True, slots=True)
class Target:
    """A KPI's target: at least, at most, or between two values.

    Values are in the KPI's unit; percentages are fractions (0.03 is 3 %). Of a figure that
    should be low, one below the band meets the target, and of one that should be high, one
    above it.

    Attributes
    ----------
    low, high : float, optional
        The band; either end may be left open.
    value : float, optional
        In place of a band: what is to be reached, or not to be exceeded, by the direction.
    direction : str
        ``up``, ``down`` or ``band``: which side of the target is good. The KPI's own if empty.
    source : str
        Who set it.
    """

    low: float | None = None
    high: float | None = None
    value: float | None = None
    direction: str = ""
    source: str = ""

    def limits(self, direction: str) -> tuple[float | None, float | None]:
        """Return the least and the largest value that meet the target, None where there is no such end.

        Parameters
        ----------
        direction : str
            The KPI's own: ``up``, ``down``, ``neutral`` or ``band``; the target's goes before.

        Examples
        --------
        >>> Target(low=0.02, high=0.05).limits("down"), Target(low=0.65, high=0.85).limits("band")
        ((None, 0.05), (0.65, 0.85))
        >>> Target(value=400).limits("up"), Target(value=3.5).limits("down")
        ((400, None), (None, 3.5))
        """
        side = self.direction or direction
        low, high = self.low, self.high
        if self.value is not None:
            low, high = (None, self.value) if side == "down" else (self.value, None)
        if low is None or high is None or side not in ("up", "down"):
            return low, high
        return (low, None) if side == "up" else (None, high)


#: What holds without a project file: nobody set a target, but a rule of law is one.
DEFAULT_TARGETS: dict[str, Target] = {
    "abandon_rate_outbound": Target(high=0.03, source="16 CFR 310.4(b)(4)"),
}

#: What the trade's texts call usual; ``callstats init`` offers them, commented out. Where it depends
#: on who is called, there are several, of which a site takes one.
BENCHMARKS: dict[str, tuple[Target, ...]] = {
    "abandon_rate_inbound": (Target(low=0.02, high=0.05, source="typical of the trade"),),
    "average_handle_time": (
        Target(low=120, high=180, source="2-3 min B2C"),
        Target(low=180, high=300, source="3-5 min B2B"),
    ),
    "list_completion": (Target(low=0.75, source="75 % of a list in eight hours"),),
    "touches_per_contact_won": (Target(high=8, source="eight contacts on average"),),
}


@dataclass(frozen=True, slots=True)
class ScopeSettings:
    """What one campaign, list or agent has of its own.

    Attributes
    ----------
    targets : dict of str to Target
        They go before the site's, KPI by KPI.
    money : MoneySettings
        Of a campaign: its prices go before the site's, key by key.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    money: MoneySettings = field(default_factory=MoneySettings)


@dataclass(frozen=True, slots=True)
class DeclaredTest:
    """An A/B test that a project runs, so that the monthly reports know about it.

    The report ``list_ab_test`` decides anything left out.

    Attributes
    ----------
    campaign_id, control, treatment : str
        The campaign, and the two arms as the data write them.
    arm : str
        What contacts were assigned by: list_id, or an attribute of the contact.
    primary : str, optional
        conversion_per_lead or conversion_per_contact.
    guardrails : tuple of str, optional
        KPIs that must not get worse.
    horizon_days : int, optional
        Whole days each contact is followed.
    margin : float, optional
        Largest loss that does not matter, as a fraction.
    planned_contacts : int, optional
        Of both arms together.
    """

    campaign_id: str
    control: str
    treatment: str
    arm: str = "list_id"
    primary: str | None = None
    guardrails: tuple[str, ...] | None = None
    horizon_days: int | None = None
    margin: float | None = None
    planned_contacts: int | None = None

    def parameters(self) -> dict[str, Any]:
        """Return the declaration as the parameters of a report.

        Examples
        --------
        >>> DeclaredTest("spring", "A", "B", horizon_days=14).parameters()
        {'campaign_id': 'spring', 'control': 'A', 'treatment': 'B', 'arm': 'list_id', 'horizon_days': 14}
        """
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in told.items() if value is not None}


#: For what a notebook of one's own is run in a month.
FOR_EACH = ("site", "campaign", "list_test", "agent")


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A notebook of the site's own among the reports of a month.

    Attributes
    ----------
    notebook : str
        Its file; a relative path is looked for beside the project file, the data, and where one works.
    for_each : str
        site (once), campaign, list_test or agent.
    parameters : dict
        Other parameters of the notebook.
    """

    notebook: str
    for_each: str = "site"
    parameters: dict[str, str | int | float | bool | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What a site says of its exports of a system that callstats knows.

    Both are checked when an export is read, also those of other systems.

    Attributes
    ----------
    statuses : dict of str to str or dict
        The site's own outcome codes, each with the name of an outcome or with flags, as in a mapping.
    dates : str
        ``day-first`` or ``month-first``, where every date of an export could be either.
    """

    statuses: dict[str, str | dict[str, Any]] = field(default_factory=dict)
    dates: str = ""


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long a data set keeps what is known of people.

    Attributes
    ----------
    calls_months : int, optional
        Whole months, beside the one that runs, of calls, agent time, call-backs, cases and contacts.
    rejects_months : int, optional
        The same of the content of rows that an import left out.
    """

    calls_months: int | None = None
    rejects_months: int | None = None

    def __bool__(self) -> bool:
        return self.calls_months is not None or self.rejects_months is not None


@dataclass(frozen=True, slots=True)
class Config:
    """What a project decides once.

    Attributes
    ----------
    currency : str
        ISO 4217 code of every amount of money.
    time_zone : str
        IANA zone of the site.
    language : str
        en, fr or ru.
    calling_hours : tuple of (str, str)
        Opening hours for dialling, as ("HH:MM", "HH:MM") pairs.
    unknown_tolerance : float
        A rate is given as long as no larger share of rows has an unknown flag.
    confidence : float
        Of every interval.
    audience : str
        Who reads the reports: ``internal``, or ``client``, who is told no agent's name and no cost.
    pseudonym_key : str
        A secret word that the codes of agents are made with.
    targets : dict of str to Target
    settings : dict of str to float
        Numbers that KPI definitions name (answer_within_s, list_deadline_h, ...).
    labels : dict of str to str or dict
        What to call campaigns, lists, agents and anything else that the data name: a text, or texts by
        language.
    ab_tests : dict of str to DeclaredTest
        The A/B tests in progress, by a name the project chooses.
    reports : tuple of OwnReport
        Notebooks of the site's own among the reports of a month.
    sources : dict of str to SourceSettings
        What is particular to the site's exports, by the name of the source.
    money : MoneySettings
        What a success is worth and what work costs, where the data do not say.
    retention : RetentionSettings
        How long the data are kept.
    mail : MailSettings
        How the reports of a month are mailed.
    brand : BrandSettings
        How the reports look: logo, colour, typeface, footer.
    engine : EngineSettings
        How much memory and how many threads questions may take, and where they put what does not fit.
    campaign, list, agent : dict of str to ScopeSettings
        What single ones have of their own, by campaign_id, list_id and agent_id.
    """

    currency: str = "EUR"
    time_zone: str = "UTC"
    language: str = "en"
    calling_hours: tuple[tuple[str, str], ...] = (("09:00", "20:00"),)
    unknown_tolerance: float = 0.05
    confidence: float = 0.95
    audience: str = "internal"
    pseudonym_key: str = ""
    targets: dict[str, Target] = field(default_factory=lambda: dict(DEFAULT_TARGETS))
    settings: dict[str, float] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    ab_tests: dict[str, DeclaredTest] = field(default_factory=dict)
    reports: tuple[OwnReport, ...] = ()
    sources: dict[str, SourceSettings] = field(default_factory=dict)
    money: MoneySettings = field(default_factory=MoneySettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    brand: BrandSettings = field(default_factory=BrandSettings)
    engine: EngineSettings = field(default_factory=EngineSettings)
    campaign: dict[str, ScopeSettings] = field(default_factory=dict)
    list: dict[str, ScopeSettings] = field(default_factory=dict)
    agent: dict[str, ScopeSettings] = field(default_factory=dict)

    def setting(self, name: str, default: float) -> float:
        """Return a setting, or the default from the definition that uses it."""
        return float(self.settings.get(name, default))

    def labels_in(self, language: str) -> dict[str, str]:
        """Return what everything is called in a language.

        Examples
        --------
        >>> config = Config(labels={"spring": {"en": "Spring", "fr": "Printemps"}, "A": "List A"})
        >>> config.labels_in("fr")
        {'spring': 'Printemps', 'A': 'List A'}
        """
        return {name: label_in(label, language) for name, label in self.labels.items()}

    def money_of(self, campaign_id: str) -> MoneySettings:
        """Return the prices that hold for a campaign: its own, then the site's.

        Examples
        --------
        >>> own = ScopeSettings(money=MoneySettings(value_per_success=80))
        >>> config = Config(money=MoneySettings(value_per_success=100), campaign={"spring": own})
        >>> config.money_of("spring").value_per_success, config.money_of("autumn").value_per_success
        (80, 100)
        """
        own = self.campaign.get(campaign_id)
        return self.money if own is None else self.money.overridden(own.money)

    def targets_of(self, **one: str) -> dict[str, Target]:
        """Return the targets of one campaign, list or agent.

        A site's targets for counts and sums are the whole site's: of a part, only rates,
        means and shares keep them, which the caller knows.

        Parameters
        ----------
        **one : str
            campaign_id, list_id and agent_id of what is judged; the narrowest goes before.

        Examples
        --------
        >>> own = ScopeSettings(targets={"roi": Target(low=0.5)})
        >>> Config(campaign={"spring": own}).targets_of(campaign_id="spring")["roi"]
        Target(low=0.5, high=None, value=None, direction='', source='')
        """
        merged = dict(self.targets)
        for kind in ("campaign", "list", "agent"):
            merged |= self.own_targets(kind, one.get(f"{kind}_id"))
        return merged

    def own_targets(self, kind: str, name: str | None) -> Mapping[str, Target]:
        """Return the targets that one campaign, list or agent has of its own."""
        own = getattr(self, kind).get(name) if name is not None else None
        return {} if own is None else own.targets
