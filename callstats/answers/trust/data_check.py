"""How good the data are: what was left out and why, what looks wrong, what cannot be computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import Scope, stretches
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import QualityFinding, doubtful
from callstats.answers.trust.uncounted_rows import uncounted
from callstats.kpis import catalogue
from callstats.model import CHARGED, TABLES

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.show.display import TableView

_MOST_NAMED = 5
_COLUMNS = ("severity", "rule", "table", "rows", "example", "hint")


@dataclass(frozen=True)
class DataQuality(Answer):
    """What came in, what was left out, what looks wrong, what cannot be computed.

    Attributes
    ----------
    findings : tuple of QualityFinding
        Rows left out and rows that look wrong: things to act on.
    lacking : tuple of QualityFinding
        Missing columns and the KPIs lost with them: for information.
    uncounted : tuple of QualityFinding
        Rows kept that no KPI counts, or no campaign's, agent's or period's: for information.
    rows : mapping of str to int
        Rows kept, by table.
    """

    voice: Voice
    findings: tuple[QualityFinding, ...]
    lacking: tuple[QualityFinding, ...]
    rows: Mapping[str, int]
    uncounted: tuple[QualityFinding, ...] = ()

    def __len__(self) -> int:
        """Return the number of findings; missing columns do not count."""
        return len(self.findings)

    def __bool__(self) -> bool:
        return True  # a clean data set is also a result

    def to_frame(self, *, information: bool = True) -> pd.DataFrame:
        """Return findings and information: severity, rule, table, rows, example, hint."""
        import pandas as pd

        findings = (*self.findings, *self.uncounted, *self.lacking) if information else self.findings
        listed = [[getattr(finding, column) for column in _COLUMNS] for finding in findings]
        return pd.DataFrame(listed, columns=list(_COLUMNS))

    def for_report(self, *, examples: bool = True) -> DataQuality:
        """Return the same as a report tells it: no contact is named, nor is a row quoted.

        Parameters
        ----------
        examples : bool
            Keep the cases that name agents and days.
        """
        findings = tuple(f.for_report() for f in self.findings)
        if not examples:
            findings = tuple(
                replace(f, example="", hint=f.hint if f.severity == "doubtful" else "") for f in findings
            )
        return replace(self, findings=findings)

    @property
    def rejected(self) -> int:
        """Rows left out."""
        return sum(finding.rows for finding in self.findings if finding.severity == "rejected")

    def uncounted_table(self) -> TableView:
        """Return the rows that no KPI counts."""
        return self.telling.uncounted_table()

    def lacking_table(self) -> TableView:
        """Return the missing columns, with the KPIs lost with them."""
        return self.telling.lacking_table()


def check(dataset: Dataset) -> DataQuality:
    """List what was left out of a data set, what looks wrong in it and what it cannot answer.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    DataQuality
        ``len()`` is the number of findings; ``to_frame()`` also lists, as
        information, the columns that are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1", "2"], "direction": "outbound", "contact_id": ["a", "a"], "list_id": ["A", "B"]
    ... })
    >>> quality = check(Dataset({"calls": calls}))
    >>> len(quality), quality.findings[0].rule, quality.findings[0].rows
    (1, 'a contact is on one list', 1)
    """
    voice = Voice.of(dataset)
    return DataQuality(
        voice,
        findings=(*_rejected(dataset, voice), *doubtful(dataset, voice.say)),
        lacking=tuple(_lacking(dataset, voice)),
        rows=kept(dataset),
        uncounted=uncounted(dataset).rules,
    )


def check_scope(about: Scope) -> DataQuality:
    """List what was left out at import, and what looks wrong in the days a report covers.

    Parameters
    ----------
    about : Scope
        Only its period and the comparison period are searched. If the two do not touch,
        they are searched separately, and a contact counts in both.
    """
    voice, doubts = about.voice, dict[tuple[str, str], QualityFinding]()
    for part in stretches(about):
        for doubt in doubtful(part, voice.say):
            first = doubts.setdefault((doubt.rule, doubt.table), doubt)
            if first is not doubt:  # contacts have no period: both searches find the same
                contacts = doubt.table == "contacts"
                rows = max(first.rows, doubt.rows) if contacts else first.rows + doubt.rows
                doubts[doubt.rule, doubt.table] = replace(first, rows=rows)
    findings = (*_rejected(about.whole, voice), *doubts.values())
    return DataQuality(voice, findings, tuple(_lacking(about.whole, voice)), kept(about.whole))


def _rejected(dataset: Dataset, voice: Voice) -> Iterable[QualityFinding]:
    """Yield one finding per rule that left rows out."""
    for row in dataset.rejects.summary().to_dict("records"):
        content = row["found"]
        place = f"{row['file']}, {voice.say('row {row}', row=row['row'])}"
        missing = content is None or content != content  # noqa: PLR0124 - nan
        example = place if missing else voice.say.headed(place, str(content))
        rule, table = voice.say(str(row["rule"])), str(row["table"])
        remedy = voice.say("Correct it where it was written, or in the mapping file, and import again.")
        reason = voice.because(row["reason"]) if isinstance(row["reason"], str) else ""
        hint = f"{reason[:1].upper()}{reason[1:].removesuffix('.')}. {remedy}" if reason else remedy
        yield QualityFinding("rejected", rule, table, int(row["rows"]), example, hint, place)


def _lacking(dataset: Dataset, voice: Voice) -> Iterable[QualityFinding]:
    """Yield what cannot be answered, then each missing column with the KPIs that need it."""
    _ = voice.say
    for what, reason in sorted(dataset.provenance.get("lacks", {}).items()):
        yield QualityFinding(
            "information",
            _("can be asked by {what}", what=voice.key(what)),
            "calls",
            0,
            what,
            voice.noted(str(reason)),
        )
    for (table, column), kpis in missing_columns(dataset).items():
        name = f"{table}.{column}" if column else _("table {table}", table=voice.table(table))
        rule = _("{column} is known", column=name)
        labels = [catalogue()[kpi].label[voice.language] for kpi in kpis]
        yield QualityFinding("information", rule, table, 0, name, _named(labels, voice))


def _named(labels: list[str], voice: Voice) -> str:
    """Name the first few KPIs and count the rest."""
    named = ", ".join(labels[:_MOST_NAMED])
    left = len(labels) - _MOST_NAMED
    if left <= 0:
        return named
    return voice.say.ngettext("{named} and {n} more KPI", "{named} and {n} more KPIs", left, named=named)


def missing_columns(dataset: Dataset) -> dict[tuple[str, str], list[str]]:
    """Return the (table, column) pairs without values, and the names of the KPIs that need them.

    In the model's order; the column is "" if the whole table is missing.
    """
    there = _filled(dataset)
    needed: dict[tuple[str, str], list[str]] = {}
    for name, kpi in catalogue().items():
        for table, columns in _stored(kpi.needs):
            for column in sorted(columns - there[table]) if table in there else [""]:
                needed.setdefault((table, column), []).append(name)
    order = list(TABLES)
    return {key: needed[key] for key in sorted(needed, key=lambda key: (order.index(key[0]), key))}


def _stored(needs: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the tables and columns of an export that a KPI's tables and columns follow from."""
    for table, columns in needs.items():
        made_of = TABLES[table].made_of
        yield from ((name, frozenset(own)) for name, own in made_of.items())
        if not made_of:
            yield table, columns


def _filled(dataset: Dataset) -> dict[str, set[str]]:
    """Return the columns of each table that contain any value; none for an empty table."""
    filled: dict[str, set[str]] = {}
    for name in dataset.frames:
        table = dataset.table(name)
        there = set(table.collect_schema().names())
        columns = [c for c in TABLES[name].names if c in there]
        counted = table.select(nw.col(*columns).count()).collect("pandas")
        known = {c for c in columns if counted[c].to_list()[0]}
        if known:
            filled[name] = known
    if dataset.charges:
        filled["costs"] = {*filled.get("costs", ()), *TABLES["costs"].names, *CHARGED}
    return filled


def kept(dataset: Dataset) -> dict[str, int]:
    """Return the number of rows of every table, within the filters."""
    return {
        name: int(dataset.table(name).select(n=nw.len()).collect("pandas")["n"].to_list()[0])
        for name in dataset.frames
    }
