"""Read callstats.toml, and what a command line sets beside it.

The file is read once, where data enters; from there on it is passed along as a
frozen value. Every key has a default, so no project needs the file.
"""

from __future__ import annotations

import dataclasses
import json
import re
import reprlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.bounds import check_settings
from callstats.config.brand_settings import BrandSettings
from callstats.config.engine_settings import EngineSettings
from callstats.config.mail_settings import MailSettings
from callstats.config.money_settings import ListPrice, MoneySettings
from callstats.config.project_checks import faults, truths
from callstats.config.project_settings import (
    DEFAULT_TARGETS,
    Config,
    DeclaredTest,
    OwnReport,
    RetentionSettings,
    ScopeSettings,
    SourceSettings,
    Target,
)
from callstats.errors import CallstatsError, InputError, UsageError, near_names

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FILE_NAME = "callstats.toml"


def load(path: str | Path | None = None) -> Config:
    """Read a project file; without a path, ./callstats.toml if it exists.

    Raises
    ------
    InputError
        The file cannot be read, a key is unknown or of the wrong type, or a value makes no sense.
    """
    file = Path(path) if path is not None else Path(FILE_NAME)
    if not _exists(file):
        if path is not None:
            raise InputError("no such file", file=file, hint="Leave it out to use the defaults.")
        return Config()
    return parse(_content(file), file=file)


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError as error:  # a name too long, a folder that may not be looked into
        raise InputError(f"it cannot be read: {error.strerror}", file=file) from error


def _content(file: Path) -> dict[str, Any]:
    check_settings(file)
    try:
        text = file.read_text(encoding="utf-8-sig")
        if "\0" in text:  # UTF-16 without its mark
            raise InputError("not UTF-8", file=file, hint=_SAVE)
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8", file=file, hint=_SAVE) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=file) from error
    except RecursionError as error:
        raise InputError("not a TOML file: nested too deeply", file=file) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", file=file) from error
    except ValueError as error:  # thousands of digits
        raise InputError("not a TOML file: a number in it has too many digits", file=file) from error


_SAVE = "Save it as UTF-8 in the editor."


def stated_keys(path: str | Path | None = None) -> frozenset[str]:
    """Return the keys that a project file states itself, none where there is no file.

    Examples
    --------
    >>> sorted(stated_keys("no such file"))
    []
    """
    file = Path(path) if path is not None else Path(FILE_NAME)
    return frozenset(_content(file)) if _exists(file) else frozenset()


def parse(content: Mapping[str, Any], file: object = None) -> Config:
    """Validate the content of a project file and return it frozen.

    Raises
    ------
    InputError
        A key is unknown or of the wrong type, or a value makes no sense.
    """
    merged = _with_short_targets(content)
    if isinstance(said := merged.get("targets", {}), Mapping):
        merged["targets"] = {**_plain(DEFAULT_TARGETS), **said}
    return _parsed(merged, file, InputError)


def overridden(config: Config, settings: Mapping[str, Any] | Iterable[str]) -> Config:
    """Return settings with some of them set anew.

    Parameters
    ----------
    config : Config
    settings : mapping of str to value, or iterable of str
        Keys of callstats.toml with their values; or texts such as ``money.cost_per_hour=50``, in
        which a text needs no quotes.

    Raises
    ------
    UsageError
        A text is no key and value, the key is unknown, or its value makes no sense.

    Examples
    --------
    >>> overridden(Config(), ["money.cost_per_hour=50", "time_zone=Europe/Paris"]).money.cost_per_hour
    50.0
    """
    if isinstance(settings, Mapping):
        nests = [_at(key, value) for key, value in settings.items()]
    else:
        nests = [_setting(word) for word in settings]
    if not nests:
        return config
    content = dataclasses.asdict(config)
    stated: dict[str, Any] = {}
    for nest in nests:
        _lay(stated, nest)
    _merge(content, _with_short_targets(stated))
    return _parsed(content, None, UsageError)


def _at(key: str, value: Any) -> dict[str, Any]:
    """Return a value at the place that a dotted key names.

    Examples
    --------
    >>> _at('campaign."spring.2".targets.roi', {"low": 0.3})
    {'campaign': {'spring.2': {'targets': {'roi': {'low': 0.3}}}}}
    """
    path = _path(key)
    if not path:
        raise UsageError(f"{key!r} is no key", hint="Write it as in callstats.toml: money.cost_per_hour.")
    for part in reversed(path):
        value = {part: value}
    return value


def _path(key: str) -> tuple[str, ...]:
    """Return the parts of a dotted key, none where it is no key.

    Examples
    --------
    >>> _path('list."A.1".targets'), _path("a = 1 #")
    (('list', 'A.1', 'targets'), ())
    """
    path: list[str] = []
    place = _read(f"{key} = 0")
    while isinstance(place, dict) and len(place) == 1:
        (part, place), *_ = place.items()
        path.append(part)
    return tuple(path) if place == 0 and "\n" not in key else ()


def _read(line: str) -> dict[str, Any] | None:
    """Return what a line of TOML says, None where it is none."""
    try:
        return tomllib.loads(line)
    except (ValueError, RecursionError):
        return None


def _setting(word: str) -> dict[str, Any]:
    key, equals, value = word.partition("=")
    if equals and key.strip():
        for line in (word, f"{key} = {json.dumps(value.strip())}"):
            if (said := _read(line)) is not None:
                return said
    raise UsageError(
        f"{word!r} sets nothing", hint="Write a key of callstats.toml and its value: money.cost_per_hour=50"
    )


def _lay(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Set the leaves of one nest of keys in another, as they stand."""
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _lay(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Set the leaves of one nest of keys in another; an hour set one way is not paid the other way too."""
    if hours := other.keys() & {"cost_per_hour", "cost_per_paid_hour"}:
        into |= {name: None for name in {"cost_per_hour", "cost_per_paid_hour"} - hours if name in into}
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _with_short_targets(content: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``successes = 400`` out as a target with that value."""
    merged = dict(content)
    if isinstance(merged.get("targets"), Mapping):
        merged["targets"] = {
            name: {"value": said} if isinstance(said, int | float) and not isinstance(said, bool) else said
            for name, said in merged["targets"].items()
        }
    for kind in ("campaign", "list", "agent"):
        if isinstance(merged.get(kind), Mapping):
            merged[kind] = {
                name: _with_short_targets(own) if isinstance(own, Mapping) else own
                for name, own in merged[kind].items()
            }
    return merged


def _plain(targets: Mapping[str, Target]) -> dict[str, Any]:
    return {name: dataclasses.asdict(target) for name, target in targets.items()}


def _parsed(content: Mapping[str, Any], file: object, kind: type[CallstatsError]) -> Config:
    from pydantic import ValidationError

    try:
        config = _validator().validate_python(content)
    except ValidationError as error:
        wrongs = error.errors()  # a misspelt key is missing too: the word that stands there is told first
        first = next((wrong for wrong in wrongs if "unexpected" in wrong["type"]), wrongs[0])
        path = [str(part) for part in first["loc"]]
        if path[0] == "sources" and path[2:3] == ["statuses"]:  # what else it could be stands behind
            path = path[:4]
        if path[0] == "labels":
            path = path[:2]
        said = _EXPECTED.get(first["type"])
        said = first["msg"].lower() if said is None else f"{said}, found {reprlib.repr(first['input'])}"
        raise _refused(path, said, first["type"], file, kind) from error
    wrong = next(truths((), content), None) or next(faults(config), None)
    if wrong is not None:
        raise kind(f"key {_dotted(wrong[0])}: {wrong[1]}", file=file, row=_row(file, wrong[0]))
    return config


@cache
def _validator() -> TypeAdapter[Config]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(Config))


#: What the analyst is told where the validator speaks of types of Python.
_EXPECTED = {
    "dict_type": "keys and values are expected",
    "dataclass_type": "keys and values are expected",
    "tuple_type": "a list is expected",
    "string_type": "a text in quotes is expected",
    "float_type": "a number is expected",
    "int_type": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "too_long": "fewer values are expected",
}


def _refused(
    path: list[str], said: str, fault: str, file: object, kind: type[CallstatsError]
) -> CallstatsError:
    """Build the error for a wrong key of the file, with the keys allowed in its place."""
    known = list(_fields(path[:-1]))
    strange = "unexpected" in fault
    near = near_names(path[-1], known) if strange else ()
    return kind(
        f"unknown key {_dotted(path)}" if strange else f"key {_dotted(path)}: {said}",
        file=file,
        row=_row(file, path),
        near=near,
        hint=f"The keys are: {', '.join(known)}." if strange and known else _example(path),
    )


#: How an entry is written, by the section in which it stands.
_WRITTEN = {
    "calling_hours": '[["09:00", "20:00"]]',
    "targets": "roi = { low = 0.2 } or successes = 400",
    "labels": 'spring = "Spring offer", or by language: { en = "Spring offer", fr = "Offre de printemps" }',
    "lists": "A = { per_contact = 0.1 } or A = { total = 900 }",
    "statuses": '"Sold gold" = "success", or flags: { handled = true, success = true }',
    "retention": "[retention] and below it calls_months = 24",
    "brand": '[brand] and below it logo = "logo.png", colour = "#7a1f5c"',
    "engine": '[engine] and below it memory = "8 GB", threads = 4',
    "campaign": "[campaign.spring.targets] or [campaign.spring.money], and keys below it",
    "list": "[list.A.targets], and keys below it",
    "agent": "[agent.ann.targets], and keys below it",
    "reports": '[[reports]], and below it notebook = "targets.ipynb", for_each = "campaign"',
    "ab_tests": "[ab_tests.lists], and keys below it: campaign_id, control, treatment",
}


def _example(path: Sequence[str]) -> str | None:
    found = next((_WRITTEN[part] for part in reversed(path[-2:]) if part in _WRITTEN), None)
    return None if found is None else f"Write it like this: {found}."


#: What an entry of a section is, where the section holds entries of the user's own names.
_ENTRIES: dict[str, type] = {
    "targets": Target,
    "ab_tests": DeclaredTest,
    "reports": OwnReport,
    "sources": SourceSettings,
    "campaign": ScopeSettings,
    "list": ScopeSettings,
    "agent": ScopeSettings,
    "lists": ListPrice,
}


#: The sections that are one table of keys.
_SECTIONS: dict[str, Any] = {
    "mail": MailSettings,
    "brand": BrandSettings,
    "engine": EngineSettings,
    "retention": RetentionSettings,
}


def _fields(path: list[str]) -> Iterable[str]:
    """Return the keys that a table of the file may have.

    Examples
    --------
    >>> list(_fields(["campaign", "spring"])), list(_fields(["money", "lists", "A"]))
    (['targets', 'money'], ['per_contact', 'total'])
    """
    if not path:
        return Config.__dataclass_fields__
    if path[-1] == "money":
        return MoneySettings.__dataclass_fields__
    if len(path) == 1 and path[0] in _SECTIONS:
        return _SECTIONS[path[0]].__dataclass_fields__
    of = _ENTRIES.get(path[-2]) if len(path) > 1 else None
    return () if of is None else of.__dataclass_fields__


def _dotted(path: Iterable[str]) -> str:
    """Return a path as it is written in the file, in quotes.

    Examples
    --------
    >>> print(_dotted(["campaign", "spring.2", "targets"]))
    'campaign."spring.2".targets'
    """
    return repr(
        ".".join(part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in path)
    )


_BARE = re.compile(r"[\w-]+")
_HEADER = re.compile(r"\[\[?(.+?)\]\]?\s*(#.*)?")


def _row(file: object, path: Iterable[str]) -> int | None:
    """Return the line on which a key stands, the nearest table above it where the line is not found."""
    if not isinstance(file, Path) or not file.exists():
        return None
    wanted, here, nearest = tuple(path), (), None
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        text = line.strip()
        if header := _HEADER.fullmatch(text):
            here = keys = _path(header[1])
        else:
            keys = (*here, *_key_of(text))
        alike = min(len(keys), len(wanted))
        if alike and keys[:alike] == wanted[:alike] and (nearest is None or alike > nearest[0]):
            nearest = (alike, number)
    return nearest[1] if nearest else None


def _key_of(line: str) -> tuple[str, ...]:
    """Return the key of a line; its name may hold an equals sign itself."""
    ends = islice((place for place, sign in enumerate(line) if sign == "="), 20)
    return next((path for end in ends if (path := _path(line[:end]))), ())
