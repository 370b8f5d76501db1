"""What a project file may not say: each value checked by itself and beside its neighbours."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from callstats.config.brand_settings import BrandSettings
from callstats.config.engine_settings import EngineSettings
from callstats.config.label_texts import LANGUAGES, Label, wrong_language
from callstats.config.mail_settings import ATTACHED, SECURITY, MailSettings
from callstats.config.money_settings import MoneySettings
from callstats.config.project_settings import (
    AUDIENCES,
    FOR_EACH,
    Config,
    DeclaredTest,
    OwnReport,
    RetentionSettings,
    Target,
)

_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d|24:00")
_DIRECTIONS = ("", "up", "down", "band")
#: Where a key stands in the file, and what is wrong with its value.
Fault = tuple[tuple[str, ...], str]


def faults(config: Config) -> Iterator[Fault]:
    """Yield what is wrong in a project's settings, in the order of the file.

    Examples
    --------
    >>> list(faults(Config(targets={"roi": Target(low=0.5, high=0.2)})))
    [(('targets', 'roi'), 'low 0.5 is above high 0.2')]
    >>> list(faults(Config(calling_hours=(("10:00", "25:00"),))))
    [(('calling_hours',), "'25:00' is no time of day; write 09:00 to 24:00")]
    """
    yield from _numbers((), _plain(config))
    yield from _site(config)
    yield from _hours(config.calling_hours)
    yield from _labels(config.labels)
    yield from _targets(("targets",), config.targets)
    yield from _money(("money",), config.money)
    yield from _retention(config.retention)
    yield from _tests(config.ab_tests)
    yield from _reports(config.reports)
    yield from _mail(config.mail)
    yield from _brand(config.brand)
    yield from _engine(config.engine)
    for kind in ("campaign", "list", "agent"):
        for name, own in getattr(config, kind).items():
            yield from _targets((kind, name, "targets"), own.targets)
            yield from _money((kind, name, "money"), own.money)
            if own.money and kind != "campaign":
                yield (
                    (kind, name, "money"),
                    "prices are the site's, a campaign's, or stand in [money.lists]",
                )


def truths(path: tuple[str, ...], content: Any) -> Iterator[Fault]:
    """Yield where true or false stands in place of a text or number; only flags of an outcome are that.

    Examples
    --------
    >>> list(truths((), {"money": {"cost_per_dial": True}}))
    [(('money', 'cost_per_dial'), 'true is no number; it stands only among the flags of an outcome')]
    """
    if isinstance(content, bool):
        if path[:1] != ("sources",):
            yield path, f"{str(content).lower()} is no number; it stands only among the flags of an outcome"
    elif isinstance(content, Mapping):
        for key, inner in content.items():
            yield from truths((*path, str(key)), inner)


def _plain(config: Config) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(config)


def _numbers(path: tuple[str, ...], value: Any) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers((*path, str(key)), inner)
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, f"{value} is no number to reckon with"


def _site(config: Config) -> Iterator[Fault]:
    if not _is_currency(config.currency):
        yield ("currency",), f"{config.currency!r} is no currency; write its code, such as EUR"
    if not _is_zone(config.time_zone):
        yield ("time_zone",), f"unknown zone {config.time_zone!r}; write it like Europe/Paris"
    if config.language not in LANGUAGES:
        yield ("language",), f"{config.language!r} is none of {', '.join(LANGUAGES)}"
    if not 0 <= config.unknown_tolerance <= 1:
        yield ("unknown_tolerance",), "a share from 0 to 1, such as 0.05"
    if not 0 < config.confidence < 1:
        yield ("confidence",), "a share between 0 and 1, such as 0.95"
    if config.audience not in AUDIENCES:
        yield ("audience",), f"{config.audience!r} is none of {', '.join(AUDIENCES)}"
    if len(config.pseudonym_key.encode()) > _LONGEST_KEY:
        yield ("pseudonym_key",), f"a word of at most {_LONGEST_KEY} bytes is expected"


#: A longer key would be cut by the hash.
_LONGEST_KEY = 64

#: Codes that need no look-up: it costs a tenth of a second.
_USUAL = frozenset({"EUR", "USD", "GBP", "CHF", "CAD", "RUB", "KZT", "MAD", "TND", "XOF"})


def _is_currency(code: str) -> bool:
    if code in _USUAL:
        return True
    from babel.core import get_global

    return code in get_global("all_currencies")


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a zone that is not there is a KeyError
        return False
    return True


def _hours(stated: tuple[tuple[str, str], ...]) -> Iterator[Fault]:
    path = ("calling_hours",)
    for start, end in stated:
        wrong = next((moment for moment in (start, end) if not _CLOCK.fullmatch(moment)), None)
        if wrong is not None:
            yield path, f"{wrong!r} is no time of day; write 09:00 to 24:00"
        elif _minutes(start) >= _minutes(end):
            yield path, f"{start} is not before {end}; hours past midnight are two pairs"


def _labels(stated: Mapping[str, Label]) -> Iterator[Fault]:
    for name, label in stated.items():
        wrong = wrong_language(label)
        if wrong is not None:
            yield ("labels", name), wrong


def _minutes(moment: str) -> int:
    hours, minutes = moment.split(":")
    return 60 * int(hours) + int(minutes)


def _targets(path: tuple[str, ...], stated: Mapping[str, Target]) -> Iterator[Fault]:
    for name, target in stated.items():
        here = (*path, name)
        if target.low is not None and target.high is not None and target.low > target.high:
            yield here, f"low {target.low:g} is above high {target.high:g}"
        if target.value is not None and (target.low is not None or target.high is not None):
            yield here, "value stands in place of low and high; give one or the other"
        if target.direction not in _DIRECTIONS:
            yield (*here, "direction"), f"{target.direction!r} is none of up, down, band"


#: More days and contacts than there can be; of more digits than a float has.
_MOST = 10**12


def _tests(declared: Mapping[str, DeclaredTest]) -> Iterator[Fault]:
    for name, test in declared.items():
        for key, least in (("horizon_days", 1), ("planned_contacts", 0)):
            said = getattr(test, key)
            if said is not None and not least <= said <= _MOST:
                yield ("ab_tests", name, key), f"a whole number from {least} on is expected"


def _reports(stated: tuple[OwnReport, ...]) -> Iterator[Fault]:
    stems = [re.split(r"[/\\]", one.notebook)[-1].removesuffix(".ipynb") for one in stated]
    for place, (one, stem) in enumerate(zip(stated, stems, strict=True)):
        here = ("reports", str(place))
        if not one.notebook.endswith(".ipynb") or not stem:
            yield (*here, "notebook"), f"{one.notebook!r} is no notebook; its name ends in .ipynb"
        elif stem in stems[:place]:
            yield (*here, "notebook"), f"two notebooks are called {stem}, and their reports would be too"
        if one.for_each not in FOR_EACH:
            yield (*here, "for_each"), f"{one.for_each!r} is none of {', '.join(FOR_EACH)}"


def _mail(mail: MailSettings) -> Iterator[Fault]:
    if not 0 < mail.port < 2**16:
        yield ("mail", "port"), f"{mail.port} is no port; 587 or 465 are usual"
    if mail.security not in SECURITY:
        yield ("mail", "security"), f"{mail.security!r} is none of {', '.join(SECURITY)}"
    if mail.attach not in ATTACHED:
        yield ("mail", "attach"), f"{mail.attach!r} is none of {', '.join(ATTACHED)}"
    for key, address in (("sender", mail.sender), *(("to", one) for one in mail.to)):
        if address and not is_address(address):
            yield ("mail", key), f"{address!r} is no address; write it like ann@example.com"


_LONGEST_LINE = 200


def _brand(brand: BrandSettings) -> Iterator[Fault]:
    if brand.colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", brand.colour):
        yield ("brand", "colour"), f"{brand.colour!r} is no colour; write it like #0072b2"
    if brand.typeface and not re.fullmatch(r"[^\W_][\w .-]*", brand.typeface):
        yield (
            ("brand", "typeface"),
            f"{brand.typeface!r} is no name of a typeface; write it like Source Sans 3",
        )
    for name in brand.__dataclass_fields__:
        text = getattr(brand, name)
        if not (text.isprintable() and len(text) <= (4096 if name == "logo" else _LONGEST_LINE)):
            yield ("brand", name), "one line of text is expected"


def is_address(text: str) -> bool:
    """Tell whether a text is one address of electronic mail, with or without a name before it.

    Examples
    --------
    >>> is_address("ann@example.com"), is_address("Ann <ann@example.com>"), is_address("ann@x, bob@y")
    (True, True, False)
    """
    from email.utils import getaddresses

    found = getaddresses([text])
    alone = len(found) == 1 and text.isprintable() and not set(text) & set(";,")
    return alone and re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", found[0][1]) is not None


#: Under it DuckDB cannot work.
_LEAST_MEMORY = 300 * 10**6
_MOST_THREADS = 1024


def _engine(engine: EngineSettings) -> Iterator[Fault]:
    size = engine.bytes
    if engine.memory and (size is None or size < _LEAST_MEMORY):
        yield ("engine", "memory"), f"{engine.memory!r} is no size of 300 MB or more; write it like 8 GB"
    if engine.threads is not None and not 1 <= engine.threads <= _MOST_THREADS:
        yield ("engine", "threads"), f"{engine.threads} is none of 1 to {_MOST_THREADS} threads"


#: Nobody keeps calls for longer than a century.
_MOST_MONTHS = 1200


def _retention(retention: RetentionSettings) -> Iterator[Fault]:
    for name in retention.__dataclass_fields__:
        months = getattr(retention, name)
        if months is not None and not 1 <= months <= _MOST_MONTHS:
            yield ("retention", name), f"{months} is none of 1 to {_MOST_MONTHS} months"


def _money(path: tuple[str, ...], money: MoneySettings) -> Iterator[Fault]:
    stated = {name: getattr(money, name) for name in money.__dataclass_fields__}
    for name, amount in stated.items():
        if isinstance(amount, int | float) and amount < 0:
            yield (*path, name), f"{amount:g} is below 0"
    for name, amount in money.outcomes.items():
        if amount < 0:
            yield (*path, "outcomes", name), f"{amount:g} is below 0"
    if money.cost_per_hour is not None and money.cost_per_paid_hour is not None:
        yield path, "an hour is paid once: give cost_per_hour (login) or cost_per_paid_hour"
    for name, price in money.lists.items():
        here = (*path, "lists", name)
        if (price.per_contact is None) == (price.total is None):
            yield here, "a list has a price per_contact or a total"
        if (price.per_contact or 0) < 0 or (price.total or 0) < 0:
            yield here, "a price is below 0"
