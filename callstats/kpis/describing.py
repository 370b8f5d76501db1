"""The catalogue in readable form: rows for the command line and for glossaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.kpis.translations import words
from callstats.model import MADE

if TYPE_CHECKING:
    from collections.abc import Callable

    from callstats.kpis.define import KPI, Predicate


def describe(kpi: KPI, language: str = "en") -> dict[str, str]:
    """Return a KPI's glossary entry.

    Parameters
    ----------
    kpi : KPI
    language : str
        en, fr or ru. Custom KPIs stay in the language they were written in.

    Returns
    -------
    dict of str to str
        name, label, question, formula, numerator, denominator, unit, direction,
        domain, independence, source, caution, aliases.

    Raises
    ------
    UsageError
        The language is not known.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> row = describe(get("answer_rate"), "fr")
    >>> row["label"], row["formula"]
    ('Taux d’appels répondus', 'appels traités / appels émis')
    """
    from callstats.kpis.define import Ratio

    texts = words(language)
    formula = kpi.formula
    return {
        "name": kpi.name,
        "label": kpi.label[language],
        "question": texts.questions.get(kpi.name, kpi.question),
        "formula": formula.spelled(texts.term),
        "numerator": formula.numerator.spelled(texts.term)
        if isinstance(formula, Ratio)
        else formula.spelled(texts.term),
        "denominator": formula.denominator.spelled(texts.term) if isinstance(formula, Ratio) else "",
        "unit": kpi.unit,
        "direction": kpi.direction,
        "domain": kpi.domain,
        "independence": kpi.independence,
        "source": texts.term("; ").join(sources(kpi, language)),
        "caution": " ".join(
            part for part in (texts.cautions.get(kpi.name, kpi.caution), _counted(kpi, texts.term)) if part
        ),
        "aliases": ", ".join(kpi.aliases),
    }


#: What a definition says of the calls it counts, where they are of one direction.
_COUNTED = {
    "outbound": "Outbound calls alone are counted.",
    "inbound": "Inbound calls alone are counted.",
}


def _counted(kpi: KPI, word: Callable[[str], str]) -> str:
    """Return which calls a KPI counts, from the rows of its formula; nothing where it counts both."""
    return word(_COUNTED[found]) if (found := calls_counted(kpi)) else ""


def calls_counted(kpi: KPI) -> str:
    """Return the direction of the calls that a KPI counts: outbound or inbound; empty if both, or none.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> [calls_counted(get(name)) for name in ("revenue", "service_level", "average_handle_time", "csat")]
    ['outbound', 'inbound', '', '']
    """
    from callstats.kpis.define import Quantile

    rows = [kpi.formula.where] if isinstance(kpi.formula, Quantile) else [term.where for term in kpi.terms]
    found = {_direction(where) for where in rows if where.table == "calls" or where.table in MADE}
    return found.pop() if len(found) == 1 else ""


def _direction(where: Predicate) -> str:
    """Return the direction that rows must have; contacts won and deadlines are made of dials."""
    if where.table in MADE:
        return "outbound"
    named = (c.operand for c in where.conditions if c.column == "direction" and c.operator == "==")
    return str(next(named, ""))


def sources(kpi: KPI, language: str = "en") -> tuple[str, ...]:
    """Return the sources of a KPI's definition, one text each.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> sources(get("roi"))
    ('French trade text on the profitability of outbound calling (succès/h, profit/h, ROI)',)
    """
    said = words(language)
    return tuple(said.term(source) for source in kpi.source.split("; ") if source)


def table(language: str = "en") -> str:
    """Return the whole catalogue in Markdown, as in docs/kpis.md.

    Examples
    --------
    >>> table().splitlines()[0]
    '# The KPIs of callstats'
    """
    from callstats.kpis.define import DOMAINS
    from callstats.kpis.registry import catalogue

    rows = [describe(kpi, language) for kpi in catalogue().values()]
    lines = [
        "# The KPIs of callstats",
        "",
        f"{len(rows)} entries, written from the catalogue by `python -m callstats.kpis > docs/kpis.md`;"
        " a test keeps this page in step.",
        "Percentages are ratios of sums, never means of percentages.",
        "`conversion_rate` is no name: the base stands in the name.",
    ]
    for domain in DOMAINS:
        chosen = [row for row in rows if row["domain"] == domain]
        lines += ["", f"## {domain.capitalize()}", "", *_domain(chosen)]
    return "\n".join(lines) + "\n"


def _domain(rows: list[dict[str, str]]) -> list[str]:
    """Return the lines of one domain: a lookup table, then the details of each entry."""
    lines = ["| name | label | formula | unit | better | drawn by |", "|---|---|---|---|---|---|"]
    for row in rows:
        cells = (
            f"`{row['name']}`",
            *(row[key] for key in ("label", "formula", "unit", "direction", "independence")),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    for row in rows:
        also = f" Also: {row['aliases']}." if row["aliases"] else ""
        lines += [
            "",
            f"**`{row['name']}`** {row['question']}",
            row["caution"] + also,
            f"Source: {row['source']}.",
        ]
    return lines


def named_rows() -> str:
    """Return the named rows in Markdown, as in docs/own_kpis.md.

    Examples
    --------
    >>> print(named_rows().splitlines()[2])
    | `dials` | calls | direction == outbound |
    """
    from callstats.kpis.predicates import NAMED

    lines = ["| name | table | rows that satisfy |", "|---|---|---|"]
    for name, rows in NAMED.items():
        lines.append(f"| `{name}` | {rows.table} | {' and '.join(map(str, rows.conditions)) or 'all'} |")
    return "\n".join(lines) + "\n"
