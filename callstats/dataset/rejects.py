"""Rejects: the rows that were left out, each with its position and the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.dataset.person_marks import numbers_in
from callstats.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

COLUMNS = ("file", "row", "table", "column", "rule", "reason", "found", "content")


#: Of the columns, that which holds whole numbers; the others hold texts.
_NUMBER = "row"


def write_rejects(rows: pd.DataFrame, file: Path, old: Path | None = None) -> None:
    """Write the rows that were left out, for their owner alone: they quote what an export says of people.

    Parameters
    ----------
    rows : pandas.DataFrame
    file : Path
    old : Path, optional
        The file that it takes the place of. What its owner lets a group do there may be done on.
    """
    file.touch(mode=_OWN)  # before anything is in it
    text = [column for column in rows.columns if column != _NUMBER]
    typed = rows.astype({**dict.fromkeys(text, "string"), _NUMBER: "int64"})
    with file.open("wb") as opened:
        typed.to_parquet(opened, index=False)
    if old is not None and old.exists():
        with suppress(OSError):  # somebody else's: what it holds is no more than is there already
            shut(old)
        mode = old.stat().st_mode & 0o777
        file.chmod(_OWN if mode & _OTHERS else mode)


def shut(file: Path) -> None:
    """Let a file be read by its owner alone, where everybody may read it."""
    if file.stat().st_mode & _OTHERS:
        file.chmod(_OWN)


#: What the owner may do, and what everybody may.
_OWN, _OTHERS = 0o600, 0o007


def without_speaking_of(rows: pd.DataFrame, speaks: Callable[[str], bool]) -> pd.DataFrame:
    """Return the rows that were left out, without the content of those that speak of somebody.

    Parameters
    ----------
    rows : pandas.DataFrame
    speaks : callable
        Tells of a cell, or of what looks like a telephone number, whether it names them.
    """
    told = rows[["found", "content"]].fillna("").astype(str).agg(",".join, axis=1)
    return without_content_of(rows, [any(map(speaks, numbers_in(text))) for text in told])


def without_content_of(rows: pd.DataFrame, chosen: Sequence[bool] | pd.Series) -> pd.DataFrame:
    """Return the rows that were left out, some of them with file, row and rule alone."""
    if not len(rows):
        return rows
    import pandas as pd

    gone = pd.Series(chosen, index=rows.index)
    return rows.assign(**{column: rows[column].mask(gone) for column in ("found", "content")})


def emptied_between(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Return how many rows have lost their content."""
    return int((before["content"].notna() & after["content"].isna()).sum())


def read_rejects(file: Path) -> pd.DataFrame:
    """Read the rows that imports left out.

    Raises
    ------
    InputError
        It is no Parquet file, or not one of rejects.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with file.open("rb") as opened:  # Arrow takes no path whose bytes are no text
            table = pq.ParquetFile(opened).read()
        frame = table.to_pandas()
    except PermissionError as error:
        raise InputError(
            f"it cannot be read ({error.strerror}): what was left out is for its owner alone", file=file,
            hint="Ask its owner, who can let your group in: chmod 660 rejects.parquet.",
        ) from error  # fmt: skip
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"not a Parquet file: {said}", file=file, hint=_AGAIN) from error
    for column in COLUMNS:
        if column not in table.column_names:
            raise InputError("no file of rejects", file=file, column=column, hint=_AGAIN)
        kind = table.schema.field(column).type
        empty = pa.types.is_null(kind) and not len(table)  # as pandas writes no rows
        right = pa.types.is_integer(kind) if column == _NUMBER else _is_text(kind)
        if not (right or empty) or (column == _NUMBER and table.column(column).null_count):
            raise InputError(f"no file of rejects: found {kind}", file=file, column=column, hint=_AGAIN)
    return frame


def _is_text(kind: Any) -> bool:
    """Tell whether a column of Arrow holds texts, or nothing at all."""
    import pyarrow as pa

    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)


_AGAIN = "Import the data again from their exports, with --replace, or take the folder from a backup."


@dataclass(frozen=True, eq=False)
class Rejects:
    """The rows that were left out of a data set.

    Parameters
    ----------
    rows : pandas.DataFrame, optional
        With the columns of :data:`COLUMNS`; row 1 is the header line of its file.
    damage : InputError, optional
        Why they cannot be read: it is raised where they are asked for, the data themselves can be used.

    Examples
    --------
    >>> len(Rejects()), list(Rejects().summary().columns)
    (0, ['rule', 'table', 'rows', 'file', 'row', 'found', 'reason'])
    """

    rows: pd.DataFrame | None = None
    damage: InputError | None = None

    @property
    def known(self) -> bool:
        """Whether they can be asked for."""
        return self.damage is None

    def _check(self) -> None:
        if self.damage is not None:
            raise self.damage

    def __len__(self) -> int:
        self._check()
        return 0 if self.rows is None else len(self.rows)

    def frame(self) -> pd.DataFrame:
        """Return every rejected row."""
        import pandas as pd

        self._check()

        return pd.DataFrame(columns=list(COLUMNS)) if self.rows is None else self.rows.copy()

    def summary(self) -> pd.DataFrame:
        """Return how many rows each rule rejected, with the first one as an example."""
        groups = self.frame().groupby(["rule", "table"], sort=True)
        counted = groups.agg(rows=("rule", "size")).reset_index()
        firsts = groups[["file", "row", "found", "reason"]].first().reset_index(drop=True)
        return counted.join(firsts).sort_values("rows", ascending=False, kind="stable", ignore_index=True)
