"""Whom a data set has forgotten: checksums, by which the next import leaves them out again.

A list of who asked to be forgotten would be what they asked to be rid of. So it holds no name or number
but keyed checksums (BLAKE2, RFC 7693), under a key of this data set alone and in a file for its owner
alone. Who has the file can still try out every telephone number there is: it is no secret, it is less.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.dataset.engine_connection import connect, quoted
from callstats.dataset.person_marks import Mark, answering, marks
from callstats.dataset.rejects import without_speaking_of
from callstats.dataset.store_files import GROUP
from callstats.dataset.store_removal import following_calls
from callstats.dataset.store_rows import write_parquet
from callstats.errors import InputError
from callstats.sources.engine_paths import parquet_rows

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FORGOTTEN = "forgotten.json"
#: The columns that name or reach a person, in whatever table.
PERSONAL = ("contact_id", "phone")


@dataclass(frozen=True)
class ForgottenList:
    """Those whom a data set has forgotten.

    Attributes
    ----------
    key : str
        Of the checksums, in hexadecimal digits.
    sums : frozenset of str

    Examples
    --------
    >>> known = ForgottenList.new().remembering(["+33 1 99 00 10 03"])
    >>> known.names("0199001003"), known.names("0199001004")
    (True, False)
    """

    key: str
    sums: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def new(cls) -> ForgottenList:
        """Return a list of nobody, with a key of its own."""
        return cls(secrets.token_hex(32))

    @classmethod
    def of(cls, folder: Path) -> ForgottenList | None:
        """Return the list of a data set, None where nobody was forgotten.

        Raises
        ------
        InputError
            It cannot be read: what it holds would be imported again.
        """
        file = folder / FORGOTTEN
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            bytes.fromhex(told["key"])
            return cls(str(told["key"]), frozenset(map(str, told["sums"])))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(
                f"the list of those who were forgotten cannot be read ({error.strerror})", file=file,
                hint="Import as the user who owns it, or ask them to let your group read and write it.",
            ) from error  # fmt: skip
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(
                "the list of those who were forgotten is damaged", file=file,
                hint="Take it from a backup: without it they would be imported again.",
            ) from error  # fmt: skip

    def remembering(self, names: Iterable[str]) -> ForgottenList:
        """Return the list with further names and numbers."""
        meant = {mark for name in names for mark in answering(marks(name))}
        return ForgottenList(self.key, self.sums | {self._sum(mark) for mark in meant})

    def names(self, text: str) -> bool:
        """Tell whether a text names or reaches somebody who was forgotten."""
        return any(self._sum(mark) in self.sums for mark in marks(text))

    def _sum(self, mark: Mark) -> str:
        said = "\0".join(mark).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(said, key=bytes.fromhex(self.key), digest_size=16).hexdigest()

    def write(self, file: Path) -> None:
        """Write the list, for its owner alone."""
        file.touch(mode=0o600)
        told = {"key": self.key, "sums": sorted(self.sums)}
        file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def emptied(self, rejects: pd.DataFrame) -> pd.DataFrame:
        """Return rows that were left out, without the content of those that speak of somebody forgotten."""
        return without_speaking_of(rejects, self.names)


def persons(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, list[Path]], speaks: Any
) -> dict[str, list[str]]:
    """Return the names and numbers in the tables of a data set that are somebody's, by column.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    files : mapping of str to list of Path
    speaks : callable
        Tells of a text whether it names somebody.
    """
    found: dict[str, set[str]] = {column: set() for column in PERSONAL}
    for paths in files.values():
        rows = parquet_rows(paths)
        have = connection.sql(f"FROM {rows}").columns
        for column in PERSONAL:
            if column in have:
                cells = f"SELECT DISTINCT CAST({quoted(column)} AS VARCHAR) FROM {rows}"
                texts = (text for (text,) in connection.execute(cells).fetchall() if text is not None)
                found[column] |= {text for text in texts if speaks(text)}
        if {*PERSONAL} <= {*have} and found["phone"]:
            owners = (
                f"SELECT DISTINCT CAST(contact_id AS VARCHAR) FROM {rows} WHERE phone IN (SELECT unnest(?))"
            )
            told = connection.execute(owners, [sorted(found["phone"])]).fetchall()
            found["contact_id"] |= {text for (text,) in told if text is not None}
    return {column: sorted(texts) for column, texts in found.items()}


def conditions(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, list[Path]], found: Mapping[str, list[str]]
) -> dict[str, str]:
    """Return the conditions for the rows that are somebody's, by table.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        In which the names are laid down.
    tables : mapping of str to list of Path
    found : mapping of str to list of str
        As :func:`persons` returns them.
    """
    for column, texts in found.items():
        sql = f"CREATE TEMP TABLE gone_{column} AS SELECT unnest(?::VARCHAR[]) AS name"
        connection.execute(sql, [texts])
    hit = {}
    for name, paths in tables.items():
        have = connection.sql(f"FROM {parquet_rows(paths)}").columns
        listed = [
            f"CAST({quoted(column)} AS VARCHAR) IN (SELECT name FROM gone_{column})"
            for column in PERSONAL
            if column in have
        ]
        if listed:
            hit[name] = " OR ".join(listed)
    return {**hit, **following_calls(connection, tables, hit)}


def left_out(
    incoming: Mapping[str, list[Path]], known: ForgottenList, scratch: Path
) -> tuple[dict[str, list[Path]], dict[str, int]]:
    """Return the tables that come in without those who were forgotten, and how many rows that left out.

    Parameters
    ----------
    incoming : mapping of str to list of Path
    known : ForgottenList
    scratch : Path
        Where files without them are written.
    """
    connection = connect()
    found = persons(connection, incoming, known.names)
    if not any(found.values()):
        return dict(incoming), {}
    kept, gone = dict(incoming), dict[str, int]()
    for name, condition in conditions(connection, incoming, found).items():
        rows, meant = parquet_rows(incoming[name]), f"coalesce({condition}, false)"
        ((count,),) = connection.execute(f"SELECT count(*) FROM {rows} WHERE {meant}").fetchall()
        if count:
            gone[name], kept[name] = int(count), [scratch / f"known-{name}.parquet"]
            with connection.sql(f"SELECT * FROM {rows} WHERE NOT {meant}").to_arrow_reader(GROUP) as reader:
                write_parquet(reader, reader.schema, kept[name][0])
    return kept, gone
