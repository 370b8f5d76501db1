"""Notebooks of a project's own among the reports of a month: where they lie, and what they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from callstats.config import OwnReport
from callstats.errors import CallstatsError, UsageError
from callstats.report import notebooks


@dataclass(frozen=True)
class OwnNotebook:
    """A notebook that the project file names.

    Attributes
    ----------
    declared : OwnReport
    path : Path
        Its file, which need not be there: its report then fails, and the others are made.
    """

    declared: OwnReport
    path: Path

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of its parameters; none where it cannot be read."""
        try:
            return frozenset(parameter.name for parameter in notebooks.parameters(self.path))
        except (CallstatsError, OSError):
            return frozenset()


def own_notebook(declared: OwnReport, places: Iterable[Path]) -> OwnNotebook:
    """Return a notebook as it is found beside the project file, the data, or where one works.

    Raises
    ------
    UsageError
        It is called like a report that ships, whose files it would overwrite.
    """
    stem = Path(declared.notebook).stem
    if stem in notebooks.names():
        raise UsageError(
            f"{stem} is a report that ships",
            hint=f"Call your notebook otherwise: my_{stem}.ipynb, for instance.",
        )
    found = [place / declared.notebook for place in places]
    return OwnNotebook(declared, next((path for path in found if path.is_file()), found[0]))
