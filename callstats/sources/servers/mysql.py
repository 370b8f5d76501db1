"""MariaDB and MySQL, by PyMySQL.

Rows come as texts and are typed a column at a time, which is faster than cell by cell.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pymysql
from pymysql.constants import FIELD_TYPE, SERVER_STATUS
from pymysql.converters import encoders, escape_string
from pymysql.cursors import SSCursor

from callstats.errors import InputError, UsageError, near_names
from callstats.sources.servers import credentials
from callstats.sources.servers.addresses import Address
from callstats.sources.servers.sessions import BATCH, Kept, Relation, Session

pc: Any = pyarrow.compute  # its functions are made when it is loaded, where no check sees them

#: Sent one by one: servers older than 5.6 do not know some of them; they are asked nothing but SELECT.
_BEFORE = (
    "SET SESSION time_zone = '+00:00'",  # in which TIMESTAMP columns come out; DATETIME columns have no zone
    "SET SESSION net_write_timeout = 600",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION TRANSACTION READ ONLY",
)
_BEGIN = (
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT",
)
_REFUSED, _NO_DATABASE, _NOT_ALLOWED, _NO_SERVER, _NO_HOST = 1045, 1049, 1044, 2003, 2005
_OPTIONS = ("ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "connect-timeout", "socket", "charset")
_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")

_RELATIONS = """
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_KEY, t.ENGINE
FROM information_schema.COLUMNS c
JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
WHERE c.TABLE_SCHEMA = DATABASE() ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION
"""
_KEPT: dict[str, Kept] = {
    "datetime": "local", "timestamp": "utc", "date": "date",
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year"), "number"),
    **dict.fromkeys(("decimal", "float", "double"), "number"),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum"), "text"),
}  # fmt: skip


class MySQL(Session):
    """A connection to MariaDB or MySQL, in one transaction that reads and sees one state of every table."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        kept = credentials.client_options()
        options = {name: kept[name] for name in _OPTIONS if name in kept and name != "charset"}
        options |= {_option(name): value for name, value in address.options.items()}
        self._user = address.user or kept.get("user")
        self._arguments: dict[str, Any] = {
            "host": address.host or kept.get("host") or "localhost",
            "port": address.port or int(kept.get("port") or 3306),
            "user": self._user,
            "database": address.database,
            "charset": options.get("charset", "utf8mb4"),
            "connect_timeout": _whole(options.get("connect-timeout", "10")),
            "unix_socket": None if address.host else options.get("socket"),
            "conv": dict(encoders),  # every value as the text that was sent
            "cursorclass": SSCursor,
            **_tls(options),
        }
        self._connection: Any = self._connect(credentials.password_of(address, kept))
        for statement in _BEFORE:
            self._try(statement)
        any(self._try(statement) for statement in _BEGIN)

    def _connect(self, password: str | None) -> Any:
        try:
            return pymysql.connect(**self._arguments, password=password or "")
        except (pymysql.MySQLError, OSError, RuntimeError, ValueError) as error:
            if _number(error) == _REFUSED and not password and credentials.may_ask():
                return self._connect(credentials.ask(self.address, self._user) or " ")
            raise self._told(error) from None

    def _try(self, statement: str) -> bool:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
        except pymysql.MySQLError:
            return False
        return True

    def _told(self, error: Exception) -> InputError:
        """Return an error in the analyst's terms; the server's own words name no password."""
        number, where = _number(error), str(self.address)
        hints = {
            _REFUSED: "Is the password right? It is taken from CALLSTATS_DB_PASSWORD, MYSQL_PWD or [client] "
            "of ~/.my.cnf, or asked for at a terminal. And may this user connect from this machine?",
            _NO_DATABASE: "VICIdial's database is called asterisk, FreePBX's asteriskcdrdb.",
            _NOT_ALLOWED: "Grant it: GRANT SELECT ON asterisk.* TO this user.",
            _NO_SERVER: "Is the server running, and is its port open to this machine?",
            _NO_HOST: "Is the name of the host right?",
        }
        said = str(error.args[1] if len(error.args) > 1 else error)
        if number in hints:
            found = {_NO_SERVER: "no server answers", _NO_HOST: "there is no such host"}.get(number, said)
            return InputError(found, file=where, hint=hints[number])
        return InputError(f"the server says: {said}", file=where)

    def relations(self) -> list[Relation]:
        """Return the tables and views of the database."""
        found: dict[str, Relation] = {}
        for name, column, kind, key, engine in self.table(_RELATIONS).to_pandas().itertuples(index=False):
            slow = engine is not None and engine.upper() in ("MYISAM", "ARIA")
            one = found.setdefault(name, Relation(name, {}, locks=slow))
            one.columns[column] = _KEPT.get(kind.lower(), "other")
            if key == "PRI":
                found[name] = Relation(name, one.columns, (*one.key, column), locks=slow)
        return list(found.values())

    def batches(self, query: str) -> Iterator[pa.Table]:
        """Yield the rows of a query; they are streamed, never held by the driver as a whole."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(query)
                titles = [item[0] for item in cursor.description]
                kinds = [item[1] for item in cursor.description]
                first = True
                while (records := cursor.fetchmany(BATCH)) or first:
                    columns = list(zip(*records, strict=True)) or [()] * len(titles)
                    yield pa.table([_typed(c, k) for c, k in zip(columns, kinds, strict=True)], names=titles)
                    first = False
        except (pymysql.MySQLError, OSError) as error:
            raise _lost(self.address, error) if _is_lost(error) else self._told(error) from None

    def quoted(self, name: str) -> str:
        """Return the name of a table or a column as it stands in a query."""
        return "`" + name.replace("`", "``") + "`"

    def text(self, value: str) -> str:
        """Return a text as it stands in a query; a backslash escapes, unless the server is told not to."""
        if self._connection.server_status & SERVER_STATUS.SERVER_STATUS_NO_BACKSLASH_ESCAPES:
            return super().text(value)
        return f"'{escape_string(value)}'"

    def moment(self, utc: str) -> str:
        """Return a moment, written in UTC, as it stands in a query: so is the session's clock."""
        return f"'{utc}'"

    def select(self, relation: Relation, columns: Any, where: Any = (), rest: str = "") -> str:
        """Return a query for columns of a table.

        A table that is locked while it is read is copied aside by the server first, so
        that a dialer at work does not wait for us.
        """
        query = super().select(relation, columns, where, rest)
        return query.replace("SELECT ", "SELECT SQL_BUFFER_RESULT ", 1) if relation.locks else query

    def close(self) -> None:
        """End the connection, also in the middle of a query."""
        with suppress(pymysql.MySQLError, OSError):  # it may be gone already
            self._connection._force_close()


def _option(name: str) -> str:
    plain = name.lower().replace("_", "-").replace("sslmode", "ssl-mode").replace("unix-socket", "socket")
    if plain not in _OPTIONS:
        raise UsageError(
            f"unknown option {name!r} of an address", near=near_names(plain, _OPTIONS),
            hint=f"Known for mysql://: {', '.join(_OPTIONS)}.",
        )  # fmt: skip
    return plain


def _whole(text: str) -> int:
    if not text.isdigit():
        raise UsageError(f"connect-timeout is a number of seconds, not {text!r}")
    return int(text)


def _tls(options: dict[str, str]) -> dict[str, Any]:
    """Return how TLS is used: as MySQL's own clients use it, where the server has it unless more is asked."""
    asked = options.get("ssl-mode", "VERIFY_CA" if "ssl-ca" in options else "PREFERRED")
    mode = asked.upper().replace("-", "_")
    if mode not in _MODES:
        raise UsageError(f"unknown ssl-mode {asked!r}", hint=f"Known: {', '.join(_MODES)}.")
    if mode == "DISABLED":
        return {"ssl_disabled": True}
    files = {name: options[f"ssl-{name}"] for name in ("cert", "key") if f"ssl-{name}" in options}
    if mode == "PREFERRED" and not files:
        return {}
    context = ssl.create_default_context(cafile=options.get("ssl-ca"))
    context.check_hostname = mode == "VERIFY_IDENTITY"
    context.verify_mode = ssl.CERT_REQUIRED if mode.startswith("VERIFY") else ssl.CERT_NONE
    if files:
        context.load_cert_chain(files.get("cert", files.get("key", "")), files.get("key"))
    return {"ssl": context}


def _number(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _is_lost(error: Exception) -> bool:
    return isinstance(error, OSError) or _number(error) in (0, 2006, 2013, 1053, 1927, 4031)


def _lost(address: Address, error: Exception) -> InputError:
    said = str(error.args[-1] if error.args and error.args[-1] else error) or "it was closed"
    return InputError(
        f"the connection was lost half way: {said}", file=str(address),
        hint="Nothing was written. Run it again; a shorter --period asks for less at once.",
    )  # fmt: skip


def _typed(values: tuple[Any, ...], kind: int) -> pa.Array:
    """Return a column's texts as what the server declares them to be; what does not fit stays text."""
    texts = pa.array([_plain(v) for v in values] if _has_bytes(values) else values, pa.string())
    try:
        return _TYPED[kind](texts) if kind in _TYPED else texts
    except pa.ArrowInvalid:  # 2026-00-00, an unsigned number beyond 63 bits
        return texts


def _has_bytes(values: tuple[Any, ...]) -> bool:
    return isinstance(next((v for v in values if v is not None), None), bytes)


def _plain(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _moments(texts: pa.Array) -> pa.Array:
    nothing = pc.starts_with(texts, "0000-00-00")
    return pc.if_else(nothing, None, texts).cast(pa.timestamp("us"))


def _utc(texts: pa.Array) -> pa.Array:
    return _moments(texts).cast(pa.timestamp("us", "UTC"))


def _spans(texts: pa.Array) -> pa.Array:
    return pa.array(pd.to_timedelta(texts.to_pandas()), pa.duration("us"))


def _cast(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    return lambda texts: texts.cast(kind)


_TYPED: dict[int, Callable[[pa.Array], pa.Array]] = {
    **dict.fromkeys(
        (
            FIELD_TYPE.TINY,
            FIELD_TYPE.SHORT,
            FIELD_TYPE.INT24,
            FIELD_TYPE.LONG,
            FIELD_TYPE.LONGLONG,
            FIELD_TYPE.YEAR,
        ),
        _cast(pa.int64()),
    ),
    **dict.fromkeys(
        (FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), _cast(pa.float64())
    ),
    FIELD_TYPE.YEAR: _cast(pa.int64()),
    FIELD_TYPE.DATETIME: _moments,
    FIELD_TYPE.TIMESTAMP: _utc,
    FIELD_TYPE.DATE: lambda texts: _moments(texts).cast(pa.date32()),
    FIELD_TYPE.TIME: _spans,
}
