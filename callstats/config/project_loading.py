"""Read callstats.toml, and what a command line sets beside it.

The file is read once, where data enters; from there on it is passed along as a
frozen value. Every key has a default, so no project needs the file.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from callstats.config.money_settings import ListPrice, MoneySettings
from callstats.config.project_checks import faults
from callstats.config.project_settings import (
    DEFAULT_TARGETS,
    Config,
    DeclaredTest,
    ScopeSettings,
    SourceSettings,
    Target,
)
from callstats.errors import CallstatsError, InputError, UsageError, near_names

FILE_NAME = "callstats.toml"


def load(path: str | Path | None = None) -> Config:
    """Read a project file; without a path, ./callstats.toml if it exists.

    Raises
    ------
    InputError
        The file cannot be read, a key is unknown or of the wrong type, or a value makes no sense.
    """
    file = Path(path) if path is not None else Path(FILE_NAME)
    if not file.exists():
        if path is not None:
            raise InputError("no such file", file=file, hint="Leave it out to use the defaults.")
        return Config()
    return parse(_content(file), file=file)


def _content(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8", file=file, hint="Save it as UTF-8 in the editor.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", file=file) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=file) from error


def stated_keys(path: str | Path | None = None) -> frozenset[str]:
    """Return the keys that a project file states itself, none where there is no file.

    Examples
    --------
    >>> sorted(stated_keys("no such file"))
    []
    """
    file = Path(path) if path is not None else Path(FILE_NAME)
    return frozenset(_content(file)) if file.exists() else frozenset()


def parse(content: Mapping[str, Any], file: object = None) -> Config:
    """Validate the content of a project file and return it frozen.

    Raises
    ------
    InputError
        A key is unknown or of the wrong type, or a value makes no sense.
    """
    merged = _with_short_targets(content)
    merged["targets"] = {**_plain(DEFAULT_TARGETS), **merged.get("targets", {})}
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
    for nest in nests:
        _merge(content, _with_short_targets(nest))
    return _parsed(content, None, UsageError)


def _at(key: str, value: Any) -> dict[str, Any]:
    """Return a value at the place that a dotted key names.

    Examples
    --------
    >>> _at('campaign."spring.2".targets.roi', {"low": 0.3})
    {'campaign': {'spring.2': {'targets': {'roi': {'low': 0.3}}}}}
    """
    nest = place = _setting(f"{key}=0")
    while isinstance(inner := next(iter(place.values())), dict):
        place = inner
    place[next(iter(place))] = value
    return nest


def _setting(word: str) -> dict[str, Any]:
    key, equals, value = word.partition("=")
    if equals and key.strip():
        for line in (word, f"{key} = {json.dumps(value.strip())}"):
            try:
                return tomllib.loads(line)
            except tomllib.TOMLDecodeError:
                continue
    raise UsageError(
        f"{word!r} sets nothing", hint="Write a key of callstats.toml and its value: money.cost_per_hour=50"
    )


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
    from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

    try:
        adapter = TypeAdapter(with_config(ConfigDict(extra="forbid"))(Config))
        config = adapter.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise _refused(
            [str(part) for part in first["loc"]], first["msg"], first["type"], file, kind
        ) from error
    wrong = next(faults(config), None)
    if wrong is not None:
        raise kind(f"key {_dotted(wrong[0])}: {wrong[1]}", file=file, row=_row(file, wrong[0]))
    return config


def _refused(
    path: list[str], said: str, fault: str, file: object, kind: type[CallstatsError]
) -> CallstatsError:
    """Build the error for a wrong key of the file, with the keys allowed in its place."""
    known = list(_fields(path[:-1]))
    strange = "unexpected" in fault
    near = near_names(path[-1], known) if strange else ()
    return kind(
        f"unknown key {_dotted(path)}" if strange else f"key {_dotted(path)}: {said.lower()}",
        file=file,
        row=_row(file, path),
        near=near,
        hint=f"The keys are: {', '.join(known)}." if known else None,
    )


#: What an entry of a section is, where the section holds entries of the user's own names.
_ENTRIES: dict[str, type] = {
    "targets": Target,
    "ab_tests": DeclaredTest,
    "sources": SourceSettings,
    "campaign": ScopeSettings,
    "list": ScopeSettings,
    "agent": ScopeSettings,
    "lists": ListPrice,
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
    of = _ENTRIES.get(path[-2]) if len(path) > 1 else None
    return () if of is None else of.__dataclass_fields__


def _dotted(path: Iterable[str]) -> str:
    return repr(".".join(path))


def _row(file: object, path: Iterable[str]) -> int | None:
    """Return the line on which a key stands, the nearest table above it where the line is not found."""
    if not isinstance(file, Path) or not file.exists():
        return None
    wanted, here, nearest = list(path), [], None
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        text = line.strip()
        if text.startswith("[") and "]" in text and "=" not in text:
            here = _names(text.strip("[]"))
            keys = here
        else:
            keys = [*here, *_names(text.partition("=")[0])]
        if keys and keys == wanted[: len(keys)] and (nearest is None or len(keys) > nearest[0]):
            nearest = (len(keys), number)
    return nearest[1] if nearest else None


def _names(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.strip().split(".") if part.strip()]
