"""Distinct counts that lie within one another, counted with one number instead of many flags.

A contact reached was attempted, and to know whether it was reached the flag must
be known. How far along such a chain a row gets is one small number; the
farthest that any row of a contact gets tells of all links at once whether the
contact counts. On 20 million calls that takes two thirds of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

import narwhals as nw

from callstats.kpis.define import Condition, Distinct, known


def chains(terms: Iterable[Distinct]) -> list[list[Distinct]]:
    """Split terms into chains in which the rows of every term are also rows of the one before.

    Examples
    --------
    >>> from callstats.kpis.parts import CONTACTS_ATTEMPTED, CONTACTS_REACHED, CONTACTS_WON
    >>> found = chains([CONTACTS_WON, CONTACTS_REACHED, CONTACTS_ATTEMPTED])
    >>> [[str(term) for term in chain] for chain in found]
    [['contacts attempted', 'contacts reached'], ['contacts won']]
    """
    found: list[list[Distinct]] = []
    for term in sorted(terms, key=lambda term: (len(_implied(term)), term.key)):
        wider = [chain for chain in found if set(chain[-1].where.conditions) <= _implied(term)]
        if wider:
            max(wider, key=lambda chain: len(_implied(chain[-1]))).append(term)
        else:
            found.append([term])
    return found


def _implied(term: Distinct) -> set[Condition]:
    """Return what holds on the rows of a term: its conditions, and that their columns are known."""
    return {*term.where.conditions, *known(*term.where.columns)}


def farthest(frame: nw.LazyFrame, keys: Sequence[str], terms: Mapping[str, Distinct]) -> nw.LazyFrame:
    """Return for every group of the keys which terms count it, as 1 or 0.

    Parameters
    ----------
    frame : nw.LazyFrame
        With a column for each term, 1 on the rows that satisfy it.
    keys : sequence of str
    terms : mapping of str to Distinct
        Column -> term.
    """
    columns = {term.key: column for column, term in terms.items()}
    links = [[columns[term.key] for term in chain] for chain in chains(terms.values())]
    names = [f"__chain{i}" for i in range(len(links))]
    steps = {name: _steps(chain) for name, chain in zip(names, links, strict=True)}
    frame = frame.with_columns(**steps).group_by(*keys).agg(nw.col(*names).max())
    counts = {
        column: (nw.col(name) > place).cast(nw.Int64)
        for name, chain in zip(names, links, strict=True)
        for place, column in enumerate(chain)
    }
    return frame.with_columns(**counts)


def _steps(chain: Sequence[str]) -> nw.Expr:
    """Return how many terms of a chain a row satisfies: as they lie within one another, the first so many."""
    return reduce(lambda a, b: a + b, [nw.col(column).fill_null(0) for column in chain])
