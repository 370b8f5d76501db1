"""callstats.toml: targets, currency, time zone, calling hours, languages.

The file is read once, where data enters; from there on it is passed along as a
frozen value. Every key has a default, so no project needs the file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callstats.errors import InputError, near_names

FILE_NAME = "callstats.toml"


@dataclass(frozen=True, slots=True)
class Target:
    """A KPI's target: at least, at most, or between two values.

    Values are in the KPI's unit; percentages are fractions (0.03 is 3 %).
    """

    low: float | None = None
    high: float | None = None
    source: str = ""


#: Benchmarks from the trade literature, used until a project file says otherwise.
DEFAULT_TARGETS: dict[str, Target] = {
    "abandon_rate_outbound": Target(high=0.03, source="16 CFR 310.4(b)(4)"),
    "abandon_rate_inbound": Target(low=0.02, high=0.05, source="typical of the trade"),
    "average_handle_time": Target(low=120, high=300, source="2-3 min B2C, 3-5 min B2B"),
    "dials_per_success": Target(high=8, source="eight touches a conversion"),
    "list_completion": Target(low=0.75, source="75 % of a list in eight hours"),
    "roi": Target(low=0.0, source="break even"),
}


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
    targets : dict of str to Target
    settings : dict of str to float
        Numbers that KPI definitions name (answer_within_s, list_deadline_h, ...).
    labels : dict of str to str
        What to call campaigns, lists and agents in reports.
    ab_tests : dict of str to DeclaredTest
        The A/B tests in progress, by a name the project chooses.
    sources : dict of str to SourceSettings
        What is particular to the site's exports, by the name of the source.
    """

    currency: str = "EUR"
    time_zone: str = "UTC"
    language: str = "en"
    calling_hours: tuple[tuple[str, str], ...] = (("09:00", "20:00"),)
    unknown_tolerance: float = 0.05
    confidence: float = 0.95
    targets: dict[str, Target] = field(default_factory=lambda: dict(DEFAULT_TARGETS))
    settings: dict[str, float] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ab_tests: dict[str, DeclaredTest] = field(default_factory=dict)
    sources: dict[str, SourceSettings] = field(default_factory=dict)

    def setting(self, name: str, default: float) -> float:
        """Return a setting, or the default from the definition that uses it."""
        return float(self.settings.get(name, default))


def load(path: str | Path | None = None) -> Config:
    """Read a project file; without a path, ./callstats.toml if it exists.

    Raises
    ------
    InputError
        The file cannot be read, or a key is unknown or of the wrong type.
    """
    file = Path(path) if path is not None else Path(FILE_NAME)
    if not file.exists():
        if path is not None:
            raise InputError("no such file", file=file, hint="Leave it out to use the defaults.")
        return Config()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", file=file) from error
    return parse(content, file=file)


def stated_keys(path: str | Path | None = None) -> frozenset[str]:
    """Return the keys that a project file states itself, none where there is no file.

    Examples
    --------
    >>> sorted(stated_keys("no such file"))
    []
    """
    file = Path(path) if path is not None else Path(FILE_NAME)
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))) if file.exists() else frozenset()


def parse(content: dict[str, Any], file: object = None) -> Config:
    """Validate the content of a project file and return it frozen."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

    merged = dict(content)
    merged["targets"] = {**{k: _plain(v) for k, v in DEFAULT_TARGETS.items()}, **content.get("targets", {})}
    try:
        adapter = TypeAdapter(with_config(ConfigDict(extra="forbid"))(Config))
        return adapter.validate_python(merged)
    except ValidationError as error:
        raise _refused(error.errors()[0], file) from error


def _refused(first: Any, file: object) -> InputError:
    """Build the error for a wrong key of the file, with the keys allowed in its place."""
    *section, last = (str(part) for part in first["loc"])
    known = list(_SECTIONS.get(section[0] if section else "", Config).__dataclass_fields__)
    near = near_names(last, known) if "unexpected" in first["type"] else ()
    return InputError(
        f"key {'.'.join([*section, last])!r}: {first['msg'].lower()}",
        file=file,
        near=near,
        hint="The keys are: " + ", ".join(known) + ".",
    )


_SECTIONS: dict[str, type] = {"targets": Target, "ab_tests": DeclaredTest, "sources": SourceSettings}


def _plain(target: Target) -> dict[str, Any]:
    return {"low": target.low, "high": target.high, "source": target.source}
