"""Rejects: the rows that were left out, each with its position and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "row", "table", "column", "rule", "reason", "found", "content")


@dataclass(frozen=True, eq=False)
class Rejects:
    """The rows that were left out of a data set.

    Parameters
    ----------
    rows : pandas.DataFrame, optional
        With the columns of :data:`COLUMNS`; row 1 is the header line of its file.

    Examples
    --------
    >>> len(Rejects()), list(Rejects().summary().columns)
    (0, ['rule', 'table', 'rows', 'file', 'row', 'found', 'reason'])
    """

    rows: pd.DataFrame | None = None

    def __len__(self) -> int:
        return 0 if self.rows is None else len(self.rows)

    def frame(self) -> pd.DataFrame:
        """Return every rejected row."""
        import pandas as pd

        return pd.DataFrame(columns=list(COLUMNS)) if self.rows is None else self.rows.copy()

    def summary(self) -> pd.DataFrame:
        """Return how many rows each rule rejected, with the first one as an example."""
        groups = self.frame().groupby(["rule", "table"], sort=True)
        counted = groups.agg(rows=("rule", "size")).reset_index()
        firsts = groups[["file", "row", "found", "reason"]].first().reset_index(drop=True)
        return counted.join(firsts).sort_values("rows", ascending=False, kind="stable", ignore_index=True)
