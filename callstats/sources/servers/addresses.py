"""Where a database is: ``mysql://user@host:port/asterisk``, told without its user and its password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from callstats.errors import UsageError, near_names

#: What each scheme is spoken with.
KINDS = {
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
_FORMS = (
    "Write mysql://user@host:3306/asterisk, mariadb://…, postgresql://…, sqlite:///file or duckdb:///file. "
    "Leave the password out: it is taken from CALLSTATS_DB_PASSWORD, ~/.my.cnf or ~/.pgpass, or asked for. "
    "In an address, a mark such as # of a name or a password is written as %23."
)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a database.

    Attributes
    ----------
    scheme : str
        As it was given, such as ``mariadb``.
    host : str
    port : int, optional
    database : str
        Its name; of SQLite and DuckDB the file.
    tables : tuple of str
        The only tables to read; empty: all that the source knows.
    options : mapping of str to str
        How to connect, such as ``ssl-mode``.
    user, password : str, optional
        Never shown.
    """

    scheme: str
    host: str = ""
    port: int | None = None
    database: str = ""
    tables: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """What it is spoken with: mysql, postgresql, sqlite or duckdb."""
        return KINDS[self.scheme]

    @property
    def is_file(self) -> bool:
        """Whether the database is a file."""
        return self.kind in ("sqlite", "duckdb")

    def __str__(self) -> str:
        """Return it as it is printed and stored: without user, password, options and folders."""
        if self.is_file:
            return f"{self.scheme}:///{Path(self.database).name}"
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{self.host or 'localhost'}{port}/{self.database}"


def is_address(given: object) -> bool:
    """Tell the address of a database from the name of a file.

    Examples
    --------
    >>> is_address("mysql://reader@dialer/asterisk"), is_address("calls.csv")
    (True, False)
    """
    return isinstance(given, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", given) is not None


def parse_address(text: str) -> Address:
    """Read an address.

    Raises
    ------
    UsageError
        It is in none of the known forms. The message repeats nothing of it but its scheme,
        since a password may stand in it.

    Examples
    --------
    >>> found = parse_address("mysql://reader:secret@dialer:3307/asterisk?ssl-mode=REQUIRED#vicidial_log")
    >>> print(found, found.tables, found.user, found.options)
    mysql://dialer:3307/asterisk ('vicidial_log',) reader {'ssl-mode': 'REQUIRED'}
    >>> "secret" in repr(found)
    False
    """
    scheme = text.partition("://")[0].lower()
    if scheme not in KINDS:
        raise UsageError(f"no database is read by {scheme}://", near=near_names(scheme, KINDS), hint=_FORMS)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise UsageError(f"not an address of a database: {scheme}://…", hint=_FORMS) from None
    path = unquote(parts.path)
    tables = tuple(name.strip() for name in unquote(parts.fragment).split(",") if name.strip())
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if KINDS[scheme] in ("sqlite", "duckdb"):
        if parts.netloc or not path.strip("/"):
            raise UsageError(
                f"{scheme}:// names no file", hint=f"Three strokes and its name: {scheme}:///calls.db."
            )
        return Address(scheme, database=_file(path), tables=tables, options=options)
    name = path.strip("/")
    if not name or "/" in name:
        raise UsageError(f"{scheme}:// names no database", hint=_FORMS)
    user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
    return Address(scheme, parts.hostname or "", port, name, tables, options, user or None, password)


def _file(path: str) -> str:
    """Return the file: ``sqlite:///a.db`` is in this folder, or else at the root as the path says."""
    here = path.removeprefix("/")
    return here if Path(here).exists() or not Path(path).exists() else path
