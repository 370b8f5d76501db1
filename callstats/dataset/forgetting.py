"""Forget a person: take out of a data set whatever is known of them, for good.

A person may ask for it (Regulation (EU) 2016/679, article 17). Their calls go, or stay as calls of
nobody so that last month's figures hold; rows that were left out keep their place and lose their content;
and the next import leaves the person out again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callstats.dataset import store_files as files
from callstats.dataset.engine_connection import connect
from callstats.dataset.forgotten_list import FORGOTTEN, ForgottenList, conditions, persons
from callstats.dataset.person_marks import answering, marks
from callstats.dataset.rejects import (
    emptied_between,
    read_rejects,
    without_speaking_of,
    write_rejects,
)
from callstats.dataset.store_log import provenance_of
from callstats.dataset.store_removal import Removal, stored_files
from callstats.errors import InputError, UsageError
from callstats.library_errors import explaining
from callstats.model import STATED, TABLES
from callstats.sources.engine_paths import parquet_rows


@dataclass(frozen=True)
class Forgetting:
    """What forgetting came to.

    Attributes
    ----------
    found : tuple of bool
        Of each contact that was named, whether anything was known.
    rows : mapping of str to int
        Rows of each table that were taken out, or made nobody's.
    emptied : int
        Rows that had been left out and have lost their content.
    """

    found: tuple[bool, ...]
    rows: Mapping[str, int]
    emptied: int


def forget(
    folder: str | Path, contacts: str | Iterable[str], *, keep_calls: bool = False, dry_run: bool = False
) -> Forgetting:
    """Take out of a data set whatever is known of some contacts, and leave them out of later imports.

    Parameters
    ----------
    folder : str or Path
        What an import or a save wrote. It changes whole or not at all.
    contacts : str or iterable of str
        Each a contact_id to the letter, or a telephone number however it is written. All contacts that
        a number reaches are meant.
    keep_calls : bool
        Keep their calls as those of nobody: under a name made by chance, without number, attributes and
        the dialer's own name of the call. Figures stay as they were.
    dry_run : bool
        Only count.

    Returns
    -------
    Forgetting

    Raises
    ------
    InputError
        There is no such data set, or the system refuses to write.
    UsageError
        Nobody is named.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import callstats as cs
    >>> start = pd.to_datetime(["2026-09-01", "2026-09-02"], utc=True)
    >>> calls = pd.DataFrame({
    ...     "call_id": ["a", "b"], "contact_id": ["+33199001003", "7"], "direction": "outbound",
    ...     "started_at": start, "local_started_at": start.tz_localize(None),
    ... })
    >>> folder = tempfile.mkdtemp()
    >>> _ = cs.add(cs.open({"calls": calls}), folder)
    >>> forget(folder, "01 99 00 10 03").rows
    {'calls': 1}
    """
    named = [contacts] if isinstance(contacts, str) else list(contacts)
    if not named or not all(name.strip() for name in named):
        raise UsageError("nobody is named", hint="Name contacts by their contact_id or telephone number.")
    target = files.real_folder(folder)
    if not files.is_data_set(target):
        raise InputError("no data set that an import wrote", file=folder, hint="Name its folder.")
    with files.locked(target):
        files.clear(target)
        with explaining(target):
            work = _Forgetting(target, named)
            if dry_run:
                return work.counted()
            with files.staging(target) as stage:
                return work.written(stage, keep_calls=keep_calls)


class _Forgetting:
    """The contacts that are meant, and the rows that are theirs."""

    def __init__(self, folder: Path, named: list[str]) -> None:
        self.folder, self.connection = folder, connect()
        self.named = [answering(marks(name)) for name in named]
        self.texts = named
        self.tables = stored_files(folder)
        self.persons = persons(self.connection, self.tables, self._means)
        hit = conditions(self.connection, self.tables, self.persons)
        self.removal = Removal(self.connection, folder, hit)
        file = folder / "rejects.parquet"
        self.rejects = read_rejects(file) if file.exists() else None

    def _means(self, text: str) -> bool:
        own = marks(text)
        return any(own & meant for meant in self.named)

    def counted(self) -> Forgetting:
        """Count what is known."""
        self.removal.counted()
        return self._told(self._emptied()[1])

    def _told(self, count: int) -> Forgetting:
        known = [marks(text) for texts in self.persons.values() for text in texts]
        found = tuple(any(own & meant for own in known) for meant in self.named)
        return Forgetting(found, dict(self.removal.rows), count)

    def _emptied(self) -> tuple[Any, int]:
        if self.rejects is None or not len(self.rejects):
            return None, 0
        gone = {text for texts in self.persons.values() for text in texts}
        left = without_speaking_of(self.rejects, lambda text: text in gone or self._means(text))
        return left, emptied_between(self.rejects, left)

    def written(self, stage: files.Staging, *, keep_calls: bool) -> Forgetting:
        """Write the data set without the contacts."""
        instead = self._nobody() if keep_calls else None
        gone = self.removal.write(stage, instead)
        told = provenance_of(self.folder / "dataset.json")
        told = told if keep_calls else self.removal.told(told)
        if told:
            files.write_json(told, stage.file("dataset.json"))
        rejects, count = self._emptied()
        if count:
            write_rejects(rejects, stage.file("rejects.parquet"), self.folder / "rejects.parquet")
        known = ForgottenList.of(self.folder) or ForgottenList.new()
        meant = [*self.texts, *(text for texts in self.persons.values() for text in texts)]
        known.remembering(meant).write(stage.file(FORGOTTEN))
        stage.commit(gone)
        return self._told(count)

    def _nobody(self) -> dict[str, dict[str, str]]:
        """Return what stands in the rows of a person that stay: one name made by chance in all tables."""
        salt = secrets.token_hex(16)  # kept nowhere
        by_chance = "'nobody-' || left(sha256('{}' || CAST({} AS VARCHAR)), 16)"
        made = {c: by_chance.format(salt, c) for c in _NAMED_BY}
        found = {}
        for name, paths in self.tables.items():
            have = self.connection.sql(f"FROM {parquet_rows(paths)}").columns
            own = {c for c in have if c not in TABLES[name].names and not c.startswith(STATED)}
            found[name] = {c: made.get(c, "NULL") for c in have if c in made or c == "phone" or c in own}
        return found


#: What names a contact, or what they have to do with the dialer.
_NAMED_BY = ("contact_id", "call_id", "case_id")
