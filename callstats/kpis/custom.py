"""Custom KPIs, from a TOML file.

::

    [kpi.warm_rate]
    label = { en = "Warm talks", fr = "Entretiens chauds", ru = "Тёплые разговоры" }
    question = "What share of dials became a talk of a minute or more?"
    numerator = "handled where talk_s >= 60"
    denominator = "dials"
    source = "Sales meeting of March"

``docs/own_kpis.md`` describes the whole language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from callstats.bounds import check_settings
from callstats.config.label_texts import label_in
from callstats.errors import InputError, UsageError, near_names
from callstats.kpis.define import KPI, Condition, Count, Distinct, Linear, Net, Ratio, known
from callstats.kpis.expression import OwnColumns, parse
from callstats.kpis.kpi_rules import LANGUAGES, clashes, implied_units, part_of, problems
from callstats.kpis.registry import catalogue
from callstats.model import TABLES, Type

#: Domain and independent unit of a KPI, by the first of these tables it reads.
_BY_TABLE = {
    "agent_time": ("productivity", "agent_day"),
    "surveys": ("quality", "respondent"),
    "evaluations": ("quality", "call"),
    "cases": ("service", "case"),
    "calls": ("conversion", "contact"),
    "contacts": ("reach", "contact"),
    "callbacks": ("reach", "contact"),
    "costs": ("money", "none"),
}
_KEYS = (
    "numerator",
    "denominator",
    "scale",
    *(f.name for f in fields(KPI) if f.name not in ("name", "formula")),
)


def load(path: str | Path) -> tuple[KPI, ...]:
    """Read the KPIs of a TOML file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    tuple of KPI
        In the order of the file.

    Raises
    ------
    InputError
        The file cannot be read, or a KPI in it is not valid; the message names
        the file, the KPI, the key and what was found.
    """
    file = Path(path)
    check_settings(file)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror or error}", file=file) from error
    except RecursionError as error:
        raise InputError("not a readable TOML file: nested too deeply", file=file) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not a readable TOML file: {error}", file=file) from error
    except ValueError as error:
        raise InputError("not a readable TOML file: a number in it has too many digits", file=file) from error
    return parse_content(content, file)


def parse_content(content: Mapping[str, Any], file: object = None) -> tuple[KPI, ...]:
    """Parse and check the KPIs in the content of a TOML file.

    Raises
    ------
    InputError
        As :func:`load`.

    Examples
    --------
    >>> (kpi,) = parse_content({"kpi": {"warm_rate": {
    ...     "label": "Warm talks", "numerator": "handled where talk_s >= 60", "denominator": "dials"}}})
    >>> str(kpi.formula), kpi.unit, kpi.formula.proportion
    ('handled calls where talk_s >= 60 / dials', '%', True)
    """
    _known_keys(content, ("kpi", "columns"), "", file)
    own = _own_columns(content.get("columns", {}), file)
    tables = content.get("kpi", {})
    if not isinstance(tables, Mapping) or not tables:
        raise InputError("no KPI in it", file=file, hint="A KPI begins with a line such as [kpi.warm_rate].")
    kpis = tuple(
        _kpi(name, _mapping(entry, f"[kpi.{name}]", file), own, file) for name, entry in tables.items()
    )
    for clash in clashes([*catalogue().values(), *kpis]):
        raise InputError(f"one name for two KPIs: {clash}", file=file, hint="Give yours another name.")
    return kpis


def _kpi(name: str, entry: Mapping[str, Any], own: OwnColumns, file: object) -> KPI:
    place = f"[kpi.{name}]"
    _known_keys(entry, _KEYS, place, file)
    formula = _formula(entry, own, place, file)
    label = _label(entry.get("label", name.replace("_", " ").capitalize()), place, file)
    domain, independence = _defaults(formula)
    units = ("%",) if isinstance(formula, Ratio) and formula.proportion else implied_units(formula)
    values: dict[str, Any] = {
        "question": f"What is the figure {label['en']!r}?",
        "unit": units[0] if units else "n",
        "direction": "neutral",
        "domain": domain,
        "independence": independence,
        "source": "own definition",
        **{
            key: value
            for key, value in entry.items()
            if key not in ("numerator", "denominator", "scale", "label")
        },
    }
    _texts(values, place, file)
    values["aliases"] = tuple(values.get("aliases", ()))
    kpi = KPI(name=name, label=label, formula=formula, **values)
    faults = problems(kpi, own)
    if faults:
        raise InputError(f"{place}: {faults[0]}", file=file)
    return kpi


def _formula(entry: Mapping[str, Any], own: OwnColumns, place: str, file: object) -> Ratio | Net:
    if "numerator" not in entry:
        raise InputError(
            f"{place}: no numerator", file=file, hint='Add a line such as numerator = "handled".'
        )
    numerator = _sum(entry, "numerator", own, place, file)
    scale = entry.get("scale", 1)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or scale == 0:
        raise InputError(f"{place} scale: a number other than 0 is expected, found {scale!r}", file=file)
    if "denominator" not in entry:
        return Net(numerator if scale == 1 else float(scale) * numerator)
    denominator = _sum(entry, "denominator", own, place, file)
    return _ratio(numerator, denominator, float(scale), own)


def _sum(entry: Mapping[str, Any], key: str, own: OwnColumns, place: str, file: object) -> Linear:
    text = entry[key]
    if not isinstance(text, str):
        raise InputError(f"{place} {key}: a text is expected, found {text!r}", file=file)
    try:
        return parse(text, own)
    except UsageError as error:
        raise InputError(
            f"{place} {key}: {error.found}", file=file, near=error.near, hint=error.hint
        ) from error


def _ratio(numerator: Linear, denominator: Linear, scale: float, own: OwnColumns) -> Ratio:
    """Return the ratio; if it is a proportion, without the rows whose flags are unknown."""
    (part, part_weight), *more_parts = numerator
    (whole, whole_weight), *more_wholes = denominator
    if more_parts or more_wholes or scale != 1:
        return Ratio(numerator, denominator, scale)
    if part_weight != whole_weight or not part_of(part, whole):
        return Ratio(numerator, denominator)
    asked = _flags(part.where.conditions, own.get(part.where.table, {})) - whole.where.columns
    if not asked or not isinstance(whole, Count | Distinct) or part.where.table != whole.where.table:
        return Ratio(numerator, denominator, proportion=True)
    judged = whole.where.also(whole.where.label, *known(*sorted(asked)))
    left = Count(judged) if isinstance(whole, Count) else Distinct(whole.of, judged, whole.label)
    return Ratio(numerator, Linear(((left, whole_weight),)), proportion=True, unknown=whole - left)


def _flags(conditions: tuple[Condition, ...], own: Mapping[str, str]) -> set[str]:
    # A duration is null where there was no call to time, so only null flags count as unknown.
    types = {column.name: column.type for table in TABLES.values() for column in table.columns}
    return {c.column for c in conditions if {**types, **own}.get(c.column) == "flag"}


def _defaults(formula: Ratio | Net) -> tuple[str, str]:
    parts = [formula.numerator, *([formula.denominator] if isinstance(formula, Ratio) else [])]
    tables = {term.where.table for part in parts for term, _ in part}
    return next(words for table, words in _BY_TABLE.items() if table in tables)


def _label(label: object, place: str, file: object) -> dict[str, str]:
    if isinstance(label, Mapping):
        _known_keys(label, LANGUAGES, f"{place} label", file)
    texts = list(label.values()) if isinstance(label, Mapping) else [label]
    if isinstance(label, str | Mapping) and texts and all(isinstance(t, str) and t.strip() for t in texts):
        return {language: label_in(label, language) for language in LANGUAGES}
    raise InputError(
        f"{place} label: a text, or texts for en, fr and ru, are expected, found {label!r}", file=file
    )


def _texts(values: Mapping[str, Any], place: str, file: object) -> None:
    for key, value in values.items():
        texts = value if key == "aliases" and isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in texts) or (key == "aliases") != (texts is value):
            wanted = "a list of texts" if key == "aliases" else "text"
            raise InputError(f"{place} {key}: {wanted} is expected, found {value!r}", file=file)


def _own_columns(content: object, file: object) -> dict[str, dict[str, str]]:
    tables = _mapping(content, "[columns]", file)
    _known_keys(tables, tuple(TABLES), "[columns]", file)
    for table, columns in tables.items():
        for column, kind in _mapping(columns, f"[columns.{table}]", file).items():
            if kind not in get_args(Type):
                raise InputError(
                    f"[columns.{table}] {column}: unknown type {kind!r}",
                    file=file,
                    hint="Types are " + ", ".join(get_args(Type)) + ".",
                )
    return {table: dict(columns) for table, columns in tables.items()}


def _mapping(value: object, place: str, file: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{place}: keys and values are expected, found {value!r}", file=file)
    return value


def _known_keys(content: Mapping[str, Any], keys: tuple[str, ...], place: str, file: object) -> None:
    for key in content:
        if key not in keys:
            raise InputError(
                f"{place}: unknown key {key!r}".lstrip(": "),
                file=file,
                near=near_names(key, keys),
                hint="The keys are: " + ", ".join(keys) + ".",
            )
