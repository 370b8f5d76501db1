"""Straight from the database: tables of a dialer's server, or of a SQLite or DuckDB file, by their address.

Only the columns that a source's layouts use and only the days of a period are asked
for, in stretches of a day, in one transaction that cannot write. No driver is loaded
before an address is given, and no password is ever part of what is printed or stored.
"""

from __future__ import annotations

from callstats.sources.servers.addresses import Address, is_address, parse_address
from callstats.sources.servers.as_pieces import guess_from, pieces_from
from callstats.sources.servers.by_stretch import Fetched, stretches

__all__ = ["Address", "Fetched", "guess_from", "is_address", "parse_address", "pieces_from", "stretches"]
