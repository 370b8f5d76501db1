"""How good is the data: what was left out and why, what looks wrong, what cannot be computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import Scope, stretches
from callstats.answers.core.voice import Voice
from callstats.answers.trust.findings import Finding, doubtful
from callstats.kpis import catalogue
from callstats.model import TABLES
from callstats.show.display import Cell, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_MOST_NAMED = 5
_COLUMNS = ("severity", "rule", "table", "rows", "example", "hint")


@dataclass(frozen=True)
class DataQuality(Answer):
    """What came in, what was left out, what looks wrong, what cannot be computed.

    Attributes
    ----------
    findings : tuple of Finding
        Rows left out and rows that look wrong: what there is to do.
    lacking : tuple of Finding
        Columns that are missing and the KPIs that fall with them: information.
    rows : mapping of str to int
        Rows kept, by table.
    """

    voice: Voice
    findings: tuple[Finding, ...]
    lacking: tuple[Finding, ...]
    rows: Mapping[str, int]

    def __len__(self) -> int:
        """Return the number of findings; what is merely missing is not one."""
        return len(self.findings)

    def __bool__(self) -> bool:
        return True  # a clean data set is a result, too

    def to_frame(self, *, information: bool = True) -> pd.DataFrame:
        """Return findings and information: severity, rule, table, rows, example, hint."""
        import pandas as pd

        told = (*self.findings, *self.lacking) if information else self.findings
        listed = [[getattr(finding, column) for column in _COLUMNS] for finding in told]
        return pd.DataFrame(listed, columns=list(_COLUMNS))

    def without_examples(self) -> DataQuality:
        """Return the same without a row of the data in it: a row may name an agent or a contact."""
        told = tuple(
            replace(f, example="", hint=f.hint if f.severity == "doubtful" else "") for f in self.findings
        )
        return replace(self, findings=told)

    @property
    def rejected(self) -> int:
        """Rows left out."""
        return sum(finding.rows for finding in self.findings if finding.severity == "rejected")

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How much was left out, and how much looks wrong."""
        return (self._left_out(), self._doubtful())

    def _left_out(self) -> Sentence:
        _, form = self.voice.say, self.voice.form
        if not self.rejected:
            return Sentence(_("No row was left out."), "good")
        rules = sum(finding.severity == "rejected" for finding in self.findings)
        text = _.ngettext(
            "{rejected} of {all} rows ({share}) were left out, under {n} rule.",
            "{rejected} of {all} rows ({share}) were left out, under {n} rules.",
            rules,
            rejected=form.number(self.rejected),
            all=form.number(self.rejected + sum(self.rows.values())),
            share=form.percent(self.rejected / (self.rejected + sum(self.rows.values()))),
        )
        return Sentence(text, "bad")

    def _doubtful(self) -> Sentence:
        _ = self.voice.say
        strange = [finding for finding in self.findings if finding.severity == "doubtful"]
        if not strange:
            return Sentence(_("Nothing looks wrong in the rows kept."), "good")
        text = _.ngettext(
            "{n} thing looks wrong in the rows kept. Not always true: {rules}.",
            "{n} things look wrong in the rows kept. Not always true: {rules}.",
            len(strange),
            rules=_.joined(_("“{rule}”", rule=finding.rule) for finding in strange),
        )
        return Sentence(text, "unknown")

    def table(self) -> TableView:
        """Return the findings as a table."""
        _, form = self.voice.say, self.voice.form
        kinds = {"rejected": _("{rows} in {table}, left out"), "doubtful": _("{rows} in {table}, kept")}
        rows = [
            [
                Cell(finding.rule, strong=True),
                kinds[finding.severity].format(rows=form.number(finding.rows), table=finding.table),
                ". ".join(part for part in (finding.example, finding.hint) if part),
            ]
            for finding in self.findings
        ]
        columns = [_("Should be true"), _("Rows that break it"), _("For example, and what to do")]
        return TableView(_("What was left out, and what looks wrong"), columns, rows)

    def lacking_table(self) -> TableView:
        """Return the columns that are missing, with the KPIs that fall with them."""
        _ = self.voice.say
        rows = [[finding.example, finding.hint] for finding in self.lacking]
        return TableView(_("What cannot be computed"), [_("Missing"), _("KPIs that need it")], rows)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the findings and what cannot be computed."""
        shown: list[View] = [self.verdict]
        shown += [self.table()] if self.findings else []
        shown += [self.lacking_table()] if self.lacking else []
        return tuple(shown)


def check(dataset: Dataset) -> DataQuality:
    """List what was left out of a data set, what looks wrong in it and what it cannot tell.

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
    >>> found = check(Dataset({"calls": calls}))
    >>> len(found), found.findings[0].rule, found.findings[0].rows
    (1, 'a contact is on one list', 1)
    """
    voice = Voice.of(dataset)
    return DataQuality(
        voice,
        findings=(*_rejected(dataset, voice), *doubtful(dataset, voice.say)),
        lacking=tuple(_lacking(dataset, voice)),
        rows=kept(dataset),
    )


def check_scope(about: Scope) -> DataQuality:
    """List what was left out at import, and what looks wrong in the days a report speaks of.

    Parameters
    ----------
    about : Scope
        Its period and the one compared with are searched, no other days. Where the two
        do not touch, each is searched by itself, and a contact counts in both.
    """
    voice, found = about.voice, dict[tuple[str, str], Finding]()
    for part in stretches(about):
        for one in doubtful(part, voice.say):
            known = found.setdefault((one.rule, one.table), one)
            if known is not one:  # contacts have no period: both searches find the same
                rows = max(known.rows, one.rows) if one.table == "contacts" else known.rows + one.rows
                found[one.rule, one.table] = replace(known, rows=rows)
    findings = (*_rejected(about.whole, voice), *found.values())
    return DataQuality(voice, findings, tuple(_lacking(about.whole, voice)), kept(about.whole))


def _rejected(dataset: Dataset, voice: Voice) -> Iterable[Finding]:
    """Yield one finding a rule that left rows out."""
    for row in dataset.rejects.summary().to_dict("records"):
        found = row["found"]
        shown = "" if found is None or found != found else f": {found}"  # noqa: PLR0124 - nan
        example = f"{row['file']}, {voice.say('row {row}', row=row['row'])}{shown}"
        rule, table = voice.say(str(row["rule"])), str(row["table"])
        remedy = voice.say("Correct it where it was written, or in the mapping file, and import again.")
        reason = row["reason"] if isinstance(row["reason"], str) else ""
        hint = f"{reason[:1].upper()}{reason[1:].removesuffix('.')}. {remedy}" if reason else remedy
        yield Finding("rejected", rule, table, int(row["rows"]), example, hint)


def _lacking(dataset: Dataset, voice: Voice) -> Iterable[Finding]:
    """Yield what cannot be asked, then each missing column with the KPIs that need it."""
    _ = voice.say
    for what, reason in sorted(dataset.provenance.get("lacks", {}).items()):
        yield Finding(
            "information", _("can be asked by {what}", what=what), "calls", 0, what, voice.noted(str(reason))
        )
    fall: dict[tuple[str, str], list[str]] = {}
    there = filled(dataset)
    for kpi in catalogue().values():
        for table, columns in kpi.needs.items():
            lacking = [""] if table not in there else sorted(columns - there[table])
            for column in lacking:
                fall.setdefault((table, column), []).append(kpi.label[voice.language])
    order = list(TABLES)
    for table, column in sorted(fall, key=lambda key: (order.index(key[0]), key)):
        name = f"{table}.{column}" if column else _("table {table}", table=table)
        rule = _("{column} is known", column=name)
        yield Finding("information", rule, table, 0, name, _named(fall[table, column], voice))


def _named(labels: list[str], voice: Voice) -> str:
    """Name the first few KPIs and count the rest."""
    named = ", ".join(labels[:_MOST_NAMED])
    left = len(labels) - _MOST_NAMED
    if left <= 0:
        return named
    return voice.say.ngettext("{named} and {n} more KPI", "{named} and {n} more KPIs", left, named=named)


def filled(dataset: Dataset) -> dict[str, set[str]]:
    """Return the columns of each table that hold any value; an empty table holds nothing."""
    filled: dict[str, set[str]] = {}
    for name in dataset.frames:
        columns = [c for c in TABLES[name].names if dataset.has(name, c)]
        counted = dataset.table(name).select(nw.col(*columns).count()).collect("pandas")
        known = {c for c in columns if counted[c].to_list()[0]}
        if known:
            filled[name] = known
    return filled


def kept(dataset: Dataset) -> dict[str, int]:
    """Return the number of rows of every table, within the filters."""
    return {
        name: int(dataset.table(name).select(n=nw.len()).collect("pandas")["n"].to_list()[0])
        for name in dataset.frames
    }
