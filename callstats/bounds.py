"""How large an input may be: what is larger is refused with a sentence, before memory or disk run out.

They lie far above what dialers and CRMs write: 20 million rows of 300 columns pass. Whatever is
larger is a damaged file, the wrong file, or one made to take the machine down.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from callstats.errors import InputError

KB, MB, GB = 1 << 10, 1 << 20, 1 << 30

#: Columns of a table. Excel ends at 16,384, Salesforce at 800 fields of an object.
COLUMNS = 10_000
#: Characters of a line, and of a record of several lines: a long transcript has 100,000.
LINE = 16 * MB
#: Characters of a statement of a SQL dump; mysqldump begins a new one after 1 MB, at most after 24 MB.
STATEMENT = 64 * MB
#: Characters that are kept of a line that is no record.
CONTENT = 10_000
#: Rows of a Parquet file.
ROWS = 1_000_000_000
#: Rows that are left out of one import, and the bytes of what is kept of them: more is a wrong mapping.
REJECTS = 1_000_000
REJECTED_BYTES = 400 * MB
#: Rows that are read together because they bear the same lead or call.
TOGETHER = 1_000_000
#: Bytes of memory that a table which cannot be read part by part may need, as its cells suggest.
WHOLE = 1 * GB
#: Bytes that one part of a Parquet file may become.
PART_BYTES = 512 * MB
#: Cells of a sheet from its first to its last filled row and column: all rows of Excel, 24 columns.
SHEET_CELLS = 24 * MB
#: Bytes of XML in a workbook.
WORKBOOK = 2 * GB
#: Bytes that come out of an archive for each that went in, once it is over ``UNPACKED_AT_EASE``.
PACKED_TIMES = 250
UNPACKED_AT_EASE = 256 * MB
#: Bytes that come out of all archives of one import, and what must stay free on the disk.
UNPACKED = 400 * GB
LEFT_FREE = 1 * GB
#: Files in an archive, and archives in archives.
MEMBERS = 20_000
DEPTH = 3
#: Bytes of a project file, a mapping or a file of KPIs; of a ``dataset.json``.
SETTINGS = 1 * MB
PROVENANCE = 64 * MB
#: Dots in a line of settings: a key of more parts takes the time of their square.
KEY_PARTS = 2_000


def amount(size: float) -> str:
    """Return a number of bytes in words.

    Examples
    --------
    >>> amount(16 * MB), amount(1.5 * GB), amount(3)
    ('16 MB', '1.5 GB', '3 bytes')
    """
    for unit, name in ((GB, "GB"), (MB, "MB"), (KB, "kB")):
        if size >= unit:
            return f"{round(size / unit, 1):,g} {name}"
    return f"{size:,.0f} bytes"


def check_settings(file: Path, most: int | None = None) -> None:
    """Refuse a file of settings that is too long to be one, before it is read.

    Raises
    ------
    InputError
    """
    most = SETTINGS if most is None else most
    if not file.is_file():
        return
    if (size := file.stat().st_size) > most:
        raise InputError(
            f"too long: {amount(size)}, and no such file is over {amount(most)}", file=file,
            hint="Is it the right file? Data are no settings.",
        )  # fmt: skip
    if most == SETTINGS and any(line.count(b".") > KEY_PARTS for line in file.read_bytes().split(b"\n")):
        raise InputError("nested too deeply", file=file, hint="Is it the right file?")


def check_columns(count: int, file: object, row: int | None = None) -> None:
    """Refuse a table with more columns than any export has.

    Raises
    ------
    InputError
    """
    if count > COLUMNS:
        raise InputError(
            f"{count:,} columns, and at most {COLUMNS:,} are read", file=file, row=row,
            hint="Is the table turned, or a line end missing? Export one row a call."
        )  # fmt: skip


def check_whole(needed: float, file: object, hint: str, row: int | None = None) -> None:
    """Refuse a table that is read whole and would need more memory than is given to one.

    Parameters
    ----------
    needed : float
        Bytes of memory, as its cells suggest.
    file : object
        Or the table of it.
    hint : str
        What to do.
    row : int, optional
        Where the limit is reached.

    Raises
    ------
    InputError
    """
    if needed > WHOLE:
        raise InputError(
            f"too much to be read at once: it needs more than {amount(WHOLE)} of memory", file=file, row=row,
            hint=hint,
        )  # fmt: skip


def free_for(folder: Path) -> int:
    """Return how many bytes may be written in a folder so that the disk does not fill up."""
    return max(0, shutil.disk_usage(folder).free - LEFT_FREE)
