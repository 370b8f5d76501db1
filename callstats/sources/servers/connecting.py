"""Connecting to a database by its address: what speaks with it is loaded then, and not before."""

from __future__ import annotations

from callstats.errors import InputError
from callstats.sources.servers.addresses import Address
from callstats.sources.servers.sessions import Session


def opened(address: Address) -> Session:
    """Connect to a database, loading what speaks with it.

    Raises
    ------
    InputError
        It cannot be reached, refuses, or what speaks with it is not installed.
    """
    try:
        if address.kind == "mysql":
            from callstats.sources.servers.mysql import MySQL

            return MySQL(address)
        if address.kind == "postgresql":
            from callstats.sources.servers.postgresql import PostgreSQL

            return PostgreSQL(address)
    except ModuleNotFoundError as error:
        raise InputError(
            f"what reads {address.scheme}:// is not installed ({error.name})",
            hint='Run: pip install "callstats[databases]"',
        ) from error
    from callstats.sources.servers.embedded import DuckDB, SQLite

    return SQLite(address) if address.kind == "sqlite" else DuckDB(address)
