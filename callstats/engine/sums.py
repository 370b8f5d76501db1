"""Every sum that KPIs need, in one pass over each table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.chains import farthest
from callstats.engine.expressions import condition, direction, summand
from callstats.engine.groups import Group, collected, in_order, totals_by
from callstats.engine.needs import check_terms
from callstats.kpis.define import Condition, Distinct, Term, known

if TYPE_CHECKING:
    import pandas as pd


def totals(dataset: Dataset, terms: Iterable[Term], by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the sum of every term, by group.

    Parameters
    ----------
    dataset : Dataset
    terms : iterable of Count, Sum or Distinct
        Of any tables; equal ones are computed once.
    by : sequence of str
        Columns, of the table or linked to it, and time keys: hour (0-23),
        weekday (1 is Monday), day (2026-09-14), week (2026-W36), month (2026-09).

    Returns
    -------
    pandas.DataFrame
        Columns: ``by``, then ``term.key`` of every term; rows sorted by group.
        A group that a table has no row of counts 0 there.

    Raises
    ------
    UsageError
        A table lacks a column that a term or the question needs.

    Notes
    -----
    Each table is read once for all counts and sums, and once more for each set
    of columns whose different values are counted: the flags of all those terms
    are first brought together by group and value, then added up. With many such
    terms that beats one COUNT(DISTINCT) each by far.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis.define import Condition, Count, Predicate
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "list_id": ["A", "B"], "handled": [True, False]})
    >>> handled = Count(Predicate("calls", "handled calls", (Condition("handled", "==", True),)))
    >>> totals(Dataset({"calls": calls}), [handled], by=["list_id"])
      list_id  count(calls: handled)
    0       A                    1.0
    1       B                    0.0
    """
    import pandas as pd

    unique = {term.key: term for term in terms}
    check_terms(dataset, unique.values(), by)
    sums = sums_by_group(dataset, list(unique.values()), by)
    if not by:
        sums.setdefault((), {})
    rows = [(*group, *(sums[group].get(key, 0.0) for key in unique)) for group in in_order(sums)]
    return pd.DataFrame(rows, columns=[*by, *unique])


def sums_by_group(
    dataset: Dataset, terms: Sequence[Term], by: Sequence[str]
) -> dict[Group, dict[str, float]]:
    """Return the sum of every term by group and ``term.key``; what a table has no row of is left out."""
    found: dict[Group, dict[str, float]] = {}
    for batch in _passes(terms):
        for group, numbers in _batch(dataset, batch, by).items():
            keys = (term.key for term in batch)
            found.setdefault(group, {}).update(zip(keys, numbers, strict=True))
    return found


def _passes(terms: Sequence[Term]) -> list[list[Term]]:
    """Split terms by table, and distinct ones by what they count; equal terms are counted once."""
    batches: dict[tuple[str, tuple[str, ...]], list[Term]] = {}
    for term in {term.key: term for term in terms}.values():
        of = term.of if isinstance(term, Distinct) else ()
        batches.setdefault((term.where.table, of), []).append(term)
    return list(batches.values())


def raw_totals(dataset: Dataset, terms: Iterable[Term], by: Sequence[str]) -> pd.DataFrame:
    """Return what :func:`totals` does, for questions with very many groups.

    Rows are in no order, time keys are the integers of
    :data:`callstats.dataset.clock.TIME_KEYS`: nothing is done group by group.

    Raises
    ------
    UsageError
        A table lacks a column that a term or the question needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis.define import Count, Predicate
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "list_id": ["A", "A"]})
    >>> raw_totals(Dataset({"calls": calls}), [Count(Predicate("calls", "calls"))], ["list_id"])
      list_id  count(calls: all)
    0       A                2.0
    """
    unique = {term.key: term for term in terms}
    check_terms(dataset, unique.values(), by)
    found: pd.DataFrame | None = None
    for batch in _passes(list(unique.values())):
        frame, names = _batch_frame(dataset, batch, by)
        keys = [term.key for term in batch]
        part = frame.collect("pandas").to_native().rename(columns=dict(zip(names, keys, strict=True)))
        part = part[[*by, *keys]]
        found = part if found is None else found.merge(part, on=list(by), how="outer")
    assert found is not None
    return found.fillna(dict.fromkeys(unique, 0.0)).astype(dict.fromkeys(unique, float))


def _batch(dataset: Dataset, terms: Sequence[Term], by: Sequence[str]) -> dict[Group, list[float]]:
    frame, names = _batch_frame(dataset, terms, by)
    return collected(frame, by, names)


def _batch_frame(
    dataset: Dataset, terms: Sequence[Term], by: Sequence[str]
) -> tuple[nw.LazyFrame, list[str]]:
    """Return the sums of terms of one table by group, lazily, and the column of each term."""
    first = terms[0]
    of = first.of if isinstance(first, Distinct) else ()
    names = [f"__term{i}" for i in range(len(terms))]
    given = (*direction(terms), *known(*of)) if of else ()
    columns = dict(zip(names, terms, strict=True))
    frame = with_summands(dataset, first.where.table, columns, (*by, *of), given, keep=(*by, *of))
    if of:
        distinct = {name: term for name, term in columns.items() if isinstance(term, Distinct)}
        frame = farthest(frame, list(dict.fromkeys((*by, *of))), distinct)
    return totals_by(frame, by, names), names


def with_summands(
    dataset: Dataset,
    table: str,
    terms: dict[str, Term],
    keys: Iterable[str],
    only: tuple[Condition, ...] = (),
    keep: Iterable[str] | None = None,
) -> nw.LazyFrame:
    """Return a table with a column for each term beside its own, and the keys joined in.

    Rows that fail one of the conditions in ``only`` are left out beforehand. Of the table's
    columns those in ``keep`` are enough where it is given: every column of every step is bound
    and checked, whether or not anything comes of it.
    """
    read = sorted(column for term in terms.values() for column in term.where.columns)
    frame = dataset.table(table, *dict.fromkeys((*keys, *read)))
    settings, columns = dataset.config.settings, dataset.schemas[table]
    frame = frame.filter(*(condition(part, settings) for part in only)) if only else frame
    summands = {name: summand(term, settings, columns, only) for name, term in terms.items()}
    return frame.with_columns(**summands) if keep is None else frame.select(*dict.fromkeys(keep), **summands)
