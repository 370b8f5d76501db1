"""Where a password comes from: the environment, the client's own file, or the keyboard.

PostgreSQL's own library reads PGPASSWORD and ``.pgpass``, with its rules on who may
read that file; the rest is here.
"""

from __future__ import annotations

import getpass
import os
import re
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from callstats.sources.servers.addresses import Address

#: The variable of our own, and the one that the database's own clients take.
VARIABLES = {"mysql": ("CALLSTATS_DB_PASSWORD", "MYSQL_PWD"), "postgresql": ("CALLSTATS_DB_PASSWORD",)}
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "s": " ", "\\": "\\", '"': '"', "'": "'"}


def password_of(address: Address, kept: Mapping[str, str] | None = None) -> str | None:
    """Return the password for an address, None where none is known.

    Parameters
    ----------
    address : Address
    kept : mapping of str to str, optional
        What the client's own file says.
    """
    if address.password is not None:
        return address.password
    for name in VARIABLES[address.kind]:
        if os.environ.get(name):
            return os.environ[name]
    return (kept or {}).get("password")


def may_ask() -> bool:
    """Tell whether somebody sits at a terminal who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(address: Address, user: str | None) -> str:
    """Ask for the password at the terminal."""
    return getpass.getpass(f"Password of {user or 'the user'} for {address}: ")


def client_options(file: Path | None = None) -> dict[str, str]:
    r"""Return what ``[client]`` of the user's ``.my.cnf`` says.

    As MySQL's own clients do, a file that everybody can write to is ignored.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / ".my.cnf"
    >>> _ = file.write_text('[client]\nuser = reader  # who\npassword = "a#b"\n[mysqld]\nport = 1\n')
    >>> client_options(file)
    {'user': 'reader', 'password': 'a#b'}
    """
    try:
        file = file or Path.home() / ".my.cnf"
        if file.stat().st_mode & stat.S_IWOTH:
            return {}
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, RuntimeError):  # there is none, or there is no home
        return {}
    found: dict[str, str] = {}
    section = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            section = line.strip("[]").strip().lower()
        elif section in ("client", "client-mariadb") and line and line[0] not in "#;!":
            name, _, value = line.partition("=")
            found[name.strip().lower().replace("_", "-")] = _value(value.strip())
    return found


def _value(text: str) -> str:
    quoted = re.match(r"""(["'])((?:\\.|(?!\1).)*)\1""", text)
    plain = quoted[2] if quoted else re.sub(r"(^|\s)#.*$", "", text).strip()
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), plain)
