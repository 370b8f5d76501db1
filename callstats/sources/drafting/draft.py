"""Draft a mapping: read files of an unknown layout, and write the TOML that describes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from callstats.errors import InputError
from callstats.sources import guess, known
from callstats.sources.base import Source
from callstats.sources.drafting import draft_further, toml_lines
from callstats.sources.drafting.candidates import choose
from callstats.sources.drafting.column_looks import ColumnLook
from callstats.sources.drafting.draft_calls import CallsDraft, CallsWriter
from callstats.sources.drafting.synonyms import CALLS
from callstats.sources.drafting.unknown_files import UnknownTable, delimiter_name, read_unknown
from callstats.sources.scratch import scratch as scratch_folder
from callstats.sources.times import known_zone

_FILLED_IN_ORDER = ("agent_time", "contacts", "costs")


def draft_mapping(files: str | Path | Iterable[str | Path], *, time_zone: str | None = None) -> str:
    r"""Draft the mapping of an export that callstats does not know.

    Every column is looked at by its name, in English, French, Russian and the spellings of the
    usual systems, and by its values. What only you can say stands in the draft as a comment:
    ``QUESTION``, ``TODO``. Where there is none, the draft can be used as it is.

    Parameters
    ----------
    files : path or iterable of paths
        The export: files, folders, patterns. Files beside the calls (agents' hours, contacts,
        costs, outcomes by key) are described too.
    time_zone : str, optional
        IANA zone of the clock that the times were read from; no file says it.

    Returns
    -------
    str
        The text of the mapping file.

    Raises
    ------
    InputError
        A file cannot be read, none holds calls, or the time zone is unknown.

    Examples
    --------
    >>> import tempfile
    >>> export = Path(tempfile.mkdtemp()) / "crm.csv"
    >>> _ = export.write_text("Ref;Date;Result\n1;23/09/2024 10:00;Sold\n2;23/09/2024 10:05;ZZ9\n")
    >>> print(draft_mapping(export, time_zone="Europe/Paris"))
    # A draft by callstats of how crm.csv is read. Check it, above all the lines with QUESTION or TODO.
    # crm.csv: header in row 1, 3 columns, 2 rows, divided by semicolon
    time_zone = "Europe/Paris"
    <BLANKLINE>
    [calls.columns]
    call_id = "Ref"
    started_at = { column = "Date", format = "%d/%m/%Y %H:%M" }
    outcome_code = "Result"
    <BLANKLINE>
    [calls.statuses]
    "Sold" = "success"  # 1 row
    # "ZZ9" = "no_outcome"  # TODO: 1 row; name a kind and take the first # away
    <BLANKLINE>
    """
    paths = [Path(files)] if isinstance(files, str | Path) else [Path(item) for item in files]
    zone = known_zone(time_zone) if time_zone else ""
    with scratch_folder("map") as scratch:
        tables, unread = read_unknown(paths, Path(scratch))
    return "\n".join(_Draft(tables, unread, recognised(paths), zone).lines()) + "\n"


def recognised(files: Iterable[str | Path]) -> Source | None:
    """Return the known system whose export the files look like; None where they are of no known one."""
    try:
        return guess(files)
    except InputError:
        return None


def recognised_by() -> list[tuple[str, str, str, str]]:
    """Return the systems that are recognised: name, title, table, and the columns that give each away.

    Examples
    --------
    >>> next(row[1] for row in recognised_by() if row[0] == "vicidial")
    'VICIdial or GOautodial'
    """
    return [
        (source.name, source.title, layout.name, ", ".join(layout.signature))
        for source in known().values()
        for layout in source.layouts
        if layout.signature
    ]


@dataclass(slots=True)
class _Draft:
    """Every table of the files with its role, and the text made of them."""

    tables: list[UnknownTable]
    unread: dict[str, str]
    source: Source | None
    zone: str
    calls: UnknownTable = field(init=False)
    roles: list[tuple[str, UnknownTable]] = field(init=False)
    joined: tuple[UnknownTable, tuple[str, str]] | None = field(init=False, default=None)

    def lines(self) -> list[str]:
        """Return the lines of the draft."""
        self._divide()
        added = self._join()
        draft = CallsWriter(self.calls, added, self.zone).write()
        if "started_at" not in draft.entries:
            raise self._no_calls()
        body = [*self._calls(draft), *self._further(draft)]
        unused = self._unused(draft)
        return [*self._head(), *self._top(draft), *self._file(draft), *body, *unused]

    def _divide(self) -> None:
        self.roles = [(draft_further.role(table), table) for table in self.tables]
        calls = [table for role, table in self.roles if role == "calls"]
        if not calls:
            raise self._no_calls()
        self.calls = max(calls, key=_call_like)
        others = [table for table in calls if table is not self.calls and draft_further.are_contacts(table)]
        self.roles = [("contacts" if any(t is o for o in others) else role, t) for role, t in self.roles]

    def _no_calls(self) -> InputError:
        table = max(self.tables, key=lambda item: item.first.height)
        columns = ", ".join(table.first.columns[:12])
        hint = (
            f"Its columns: {columns}. A call needs a time; export the list of calls, not a summary of them."
        )
        if self.source:
            hint = (
                f"It looks like an export of {self.source.title}: callstats "
                f"import {table.first.file} --source {self.source.name}"
            )
        return InputError("no column with the time of a call was found", file=table.first.called, hint=hint)

    def _join(self) -> dict[str, ColumnLook]:
        """Find columns that the calls lack in another file: their outcome, above all."""
        mine = choose(self.calls.looks, CALLS).chosen
        for role, table in self.roles:
            if table is self.calls or role in ("agent_time", "costs"):
                continue
            keys = draft_further.join_of(self.calls, table)
            theirs = choose({n: s for n, s in table.looks.items() if n not in self.calls.looks}, CALLS).chosen
            if keys and "outcome_code" not in mine and "outcome_code" in theirs:
                self.joined = (table, keys)
                lacking = {"outcome_code": theirs["outcome_code"]}
                return {name: table.looks[name] for name in lacking.values()}
        return {}

    def _head(self) -> list[str]:
        lines = []
        names = ", ".join(
            dict.fromkeys(toml_lines.shown(name) for table in self.tables for name in table.files)
        )
        if self.source:
            lines.append(
                toml_lines.comment(
                    f"This looks like an export of {self.source.title}, which "
                    f"needs no mapping: --source {self.source.name}",
                    300,
                )
            )
        lines.append(
            toml_lines.comment(
                f"A draft by callstats of how {names} is read. Check "
                "it, above all the lines with QUESTION or TODO.",
                400,
            )
        )
        for table in self.tables:
            for raw in table.raws[:12]:
                header = (
                    f"header in row {raw.header_row}" if raw.header_row and not table.names else "no header"
                )
                divided = f", divided by {delimiter_name(table.delimiter)}" if table.delimiter else ""
                lines.append(
                    toml_lines.comment(
                        f"{toml_lines.shown(raw.called)}: {header}, {len(raw.columns)} "
                        f"columns, {raw.height:,} rows{divided}",
                        300,
                    )
                )
        lines += [
            toml_lines.comment(f"{toml_lines.shown(name)} is not described: {why}", 300)
            for name, why in self.unread.items()
        ]
        for role, table in self.roles:
            is_joined = self.joined is not None and table is self.joined[0]
            if table is not self.calls and not is_joined and role not in _FILLED_IN_ORDER:
                lines.append(
                    toml_lines.comment(
                        f"{toml_lines.shown(table.first.called)} is not "
                        "described: what it holds could not be told",
                        300,
                    )
                )
        return lines

    def _top(self, draft: CallsDraft) -> list[str]:
        lines = [toml_lines.line("time_zone", self.zone)] if self.zone else [
            '# TODO: whose clock are the times on? time_zone = "Europe/Paris"'
        ]  # fmt: skip
        if draft.no_agent:
            lines.append(toml_lines.line("no_agent", draft.no_agent, "users that are no people"))
        return lines

    def _file(self, draft: CallsDraft) -> list[str]:
        lines = []
        if self.calls.names:
            lines += [
                'header = "none"',
                toml_lines.line("names", self.calls.names, "rename them here and below as you like"),
            ]
        lines += [toml_lines.line(key, mark) for key, mark in draft.marks.items()]
        groups = {name: rows for name, rows in self.calls.groups.items() if name in draft.used}
        if groups:
            filled = " and ".join(f"{rows:,}" for rows in groups.values())
            said = f"filled in {filled} of {self.calls.first.height:,} rows: the first of each group"
            lines.append(toml_lines.line("fill_down", list(groups), said))
        return ["", "[file]", *lines] if lines else []

    def _pattern(self, table: UnknownTable) -> str:
        """Return a pattern of the files of a table, also of the next month, where others lie beside them."""
        if len({name for item in self.tables for name in item.files}) == 1:
            return ""
        shared = {re.sub(r"\d+", "*", _literal(name)) for name in table.files}
        others = [name for item in self.tables if item is not table for name in item.files]
        if len(shared) == 1 and not any(_fits(name, next(iter(shared))) for name in others):
            return shared.pop()
        return _literal(table.files[0]) if len(table.files) == 1 else ""

    def _calls(self, draft: CallsDraft) -> list[str]:
        rows = []
        if pattern := self._pattern(self.calls):
            rows.append(toml_lines.line("file", pattern))
        if self.joined:
            table, (mine, theirs) = self.joined
            on = mine if mine == theirs else {mine: theirs}
            rows.append(toml_lines.line("join", {"file": _literal(table.files[0]), "on": on}))
        if draft.where:
            where = ", ".join(
                f"{toml_lines.text(name)} = {toml_lines.value(words)}" for name, words in draft.where.items()
            )
            rows.append(f"where = {{ {where} }}")
        lines = ["", *draft.said]
        lines += ["[calls]", *rows] if rows else []
        if draft.legs:
            lines += ["[calls.legs]", *(toml_lines.line(key, item) for key, item in draft.legs.items())]
        if draft.repeat:
            lines += [
                "# one row stands for all dials to a contact",
                "[calls.repeat]",
                toml_lines.line("count", draft.repeat),
            ]
        lines += ["[calls.columns]"]
        for to, entry in draft.entries.items():
            lines += entry.lines(to)
        if draft.statuses:
            lines += ["", "[calls.statuses]", *draft.statuses]
        return lines

    def _further(self, draft: CallsDraft) -> list[str]:
        lines: list[str] = []
        surveys, score = draft_further.survey_lines(
            self.calls.looks, self._call_id(draft), self._pattern(self.calls)
        )
        if surveys:
            draft.used.add(score)
            lines += ["", *surveys]
        if draft.repeat and draft.contact:
            left = {n: s for n, s in self.calls.looks.items() if n not in draft.used or n == draft.contact}
            lists = draft.entries.get("list_id")
            attributes = draft_further.attribute_lines(
                seen for name, seen in left.items() if name != draft.contact
            )
            lines += ["", "[contacts.columns]", toml_lines.line("contact_id", draft.contact)]
            lines += lists.lines("list_id") if lists else []
            lines += ["[contacts.attributes]", *attributes] if attributes else []
        done = set()
        for role, table in self.roles:
            is_joined = self.joined is not None and table is self.joined[0]
            if table is self.calls or is_joined or role in done or role not in _FILLED_IN_ORDER:
                continue
            done.add(role)
            lines += ["", *self._section(role, table, draft)]
        return lines

    def _call_id(self, draft: CallsDraft) -> str | None:
        entry = draft.entries.get("call_id")
        return entry.value if entry and isinstance(entry.value, str) else None

    def _section(self, role: str, table: UnknownTable, draft: CallsDraft) -> list[str]:
        pattern = self._pattern(table)
        if role == "agent_time":
            return draft_further.agent_time_lines(table, pattern)
        if role == "costs":
            return draft_further.costs_lines(table, pattern)
        keys = draft_further.join_of(self.calls, table)
        key = (
            keys[1]
            if keys
            else choose(table.looks, {"contact_id": CALLS["contact_id"] + "; id"}).chosen["contact_id"]
        )
        lines = draft_further.contacts_lines(table, pattern, key)
        if keys is None or keys[0] != draft.contact:
            lines.insert(
                0,
                toml_lines.comment(
                    f"QUESTION: few calls have one of these contacts; is {toml_lines.shown(key)} "
                    "what the calls name them by?"
                ),
            )
        return lines

    def _unused(self, draft: CallsDraft) -> list[str]:
        left = [
            seen for name, seen in self.calls.looks.items() if name not in draft.used and seen.kind != "empty"
        ]
        if not left:
            return []
        lines = [
            "",
            "# Columns of the calls that are not read; what describes "
            "a contact can be compared by, in [contacts.attributes]:",
        ]
        return lines + [
            toml_lines.comment(
                f"  {toml_lines.shown(seen.name)}: {seen.kind}, {seen.distinct:,} "
                f"different in {seen.filled:,} rows"
            )
            for seen in left[:40]
        ]


def _call_like(table: UnknownTable) -> tuple[int, int]:
    return len(choose(table.looks, CALLS).chosen), table.first.height


def _literal(name: str) -> str:
    """Return a pattern that fits a file's name alone."""
    return re.sub(r"[\[\]*?]", "?", name)


def _fits(name: str, pattern: str) -> bool:
    from fnmatch import fnmatch

    return fnmatch(name, pattern)
