"""The outcome codes of a file with their counts, each with the kind that its words say."""

from __future__ import annotations

from collections.abc import Mapping

from callstats.sources import known
from callstats.sources.base import FALSE, TRUE
from callstats.sources.drafting import toml_lines
from callstats.sources.matching import REST, folded
from callstats.sources.outcome_words import in_context, kind_of
from callstats.sources.outcomes import OUTCOMES, Outcome

#: Which leg of a call says what came of it, the first that there is.
_BEST = (
    "success", "refusal", "do_not_call", "callback", "completed", "wrong_number",
    "spoken", "handled", "transferred",
    "picked_up",
    "machine", "fax", "silence", "abandoned", "busy", "no_answer", "invalid", "failed",
)  # fmt: skip
_MOST = 100  # codes listed


def kinds(
    counts: Mapping[str, int], *, agents: bool, inbound: bool, flag: bool = False
) -> dict[str, str | None]:
    """Return the kind of each code, None where its words do not tell.

    Parameters
    ----------
    counts : mapping of str to int
    agents, inbound : bool
        See :func:`~callstats.sources.outcome_words.in_context`.
    flag : bool
        The column says whether a call was answered.

    Examples
    --------
    >>> kinds({"Sold": 2, "ZZ9": 1}, agents=True, inbound=False)
    {'Sold': 'success', 'ZZ9': None}
    >>> kinds({"Y": 2, "N": 1}, agents=True, inbound=True, flag=True)
    {'Y': 'handled', 'N': 'abandoned'}
    """
    if flag:
        return {code: _answered(code, inbound=inbound) for code in counts}
    shared = _of_a_system(counts)
    found = {code: shared.get(code) or kind_of(code) for code in counts}
    return {
        code: in_context(kind, agents=agents, inbound=inbound) if kind else None
        for code, kind in found.items()
    }


def _answered(code: str, *, inbound: bool) -> str | None:
    word = folded(code)
    if word in {folded(text) for text in TRUE}:
        return "handled" if inbound else "spoken"
    if word in {folded(text) for text in FALSE}:
        return "abandoned" if inbound else "no_answer"
    return kind_of(code)


def _of_a_system(counts: Mapping[str, int]) -> dict[str, str]:
    """Return what codes mean in the system that knows most of them, where it knows enough to be the one."""
    for source in known().values():
        shared = {
            code: name for code in counts if (name := _name_of(code, source.statuses.get(code))) is not None
        }
        if len(shared) >= 4 and len(shared) >= 0.6 * len(counts):
            return shared
    return {}


def _name_of(code: str, outcome: Outcome | None) -> str | None:
    """Return the name of an outcome, that of the code's own words where several set the same flags."""
    names = [name for name, flags in OUTCOMES.items() if flags == outcome]
    said = kind_of(code)
    return said if said in names else next(iter(names), None)


def tell_sales(counts: Mapping[str, int]) -> bool:
    """Tell whether codes say what came of talks, not only whether there were any.

    Examples
    --------
    >>> tell_sales({"Sold": 1, "Busy": 1}), tell_sales({"Answered": 1, "Missed": 1})
    (True, False)
    """
    return bool({kind_of(code) for code in counts} & {"success", "refusal"})


def status_lines(counts: Mapping[str, int], found: Mapping[str, str | None]) -> list[str]:
    """Return a line for each code; those whose kind is open are comments, with what to do.

    Examples
    --------
    >>> for line in status_lines({"Sold": 2, "ZZ9": 1}, {"Sold": "success", "ZZ9": None}):
    ...     print(line)
    "Sold" = "success"  # 2 rows
    # "ZZ9" = "no_outcome"  # TODO: 1 row; name a kind and take the first # away
    """
    lines, seen = [], set()
    for code, count in list(counts.items())[:_MOST]:
        rows = f"{count:,} row" + ("s" if count != 1 else "")
        if found[code] and code != REST:
            if (folded(code), found[code]) not in seen:
                lines.append(toml_lines.line(toml_lines.text(code), found[code], rows))
            seen.add((folded(code), found[code]))
        else:
            example = toml_lines.text(toml_lines.shown(code))
            lines.append(f'# {example} = "no_outcome"  # TODO: {rows}; name a kind and take the first # away')
    if len(counts) > _MOST:
        lines.append(f"# TODO: {len(counts) - _MOST} more codes")
    return lines


def best_first(found: Mapping[str, str | None]) -> list[str]:
    """Return the codes in the order in which they decide a call of several legs."""
    told = [code for code, kind in found.items() if kind in _BEST]
    return sorted(told, key=lambda code: _BEST.index(str(found[code])))
