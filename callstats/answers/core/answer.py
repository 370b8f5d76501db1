"""The base of all answers: frozen data that can display itself in a notebook.

An answer holds numbers, not sentences. Its telling writes the sentences when it is
displayed: ``attempts_telling.py`` tells the answers of ``attempts.py`` and is
imported when first needed. So a telling depends on its answer, never the reverse.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from callstats.answers.core.voice import Voice
    from callstats.show.display import FigureView, Sentence, TableView, Verdict, View

_SUFFIX = "_telling"
_TELLINGS: dict[type[Answer], Callable[[Any], Any]] = {}
_Teller = TypeVar("_Teller", bound=Callable[[Any], Any])


def tells(answer: type[Answer]) -> Callable[[_Teller], _Teller]:
    """Register a class as the telling of an answer class; it is called with the answer."""

    def kept(telling: _Teller) -> _Teller:
        _TELLINGS[answer] = telling
        return telling

    return kept


class Answer:
    """Base of every answer; a subclass is a frozen dataclass with a ``voice`` and a ``to_frame``."""

    voice: Voice

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the one ``repr`` of all answers: a dataclass would write one with every number."""
        super().__init_subclass__(**options)
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = cls.__repr__

    def __repr__(self) -> str:
        """Return what the evidence supports as plain sentences; of an answer without any, what it shows."""
        if told := " ".join(sentence.text for sentence in self.sentences):
            return told
        return next((text for view in self.views() if (text := view.as_text())), type(self).__name__)

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers, unrounded."""
        raise TypeError(type(self).__name__)  # pragma: no cover - every subclass defines it

    @property
    def telling(self) -> Any:
        """The answer's telling, a :class:`~callstats.answers.core.telling.Telling`."""
        kind = type(self)
        if kind not in _TELLINGS:
            importlib.import_module(kind.__module__ + _SUFFIX)
        return _TELLINGS[kind](self)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the evidence supports."""
        return self.telling.sentences()

    @property
    def verdict(self) -> Verdict:
        """The sentences as one display object; ``str(answer.verdict)`` is text."""
        return self.telling.verdict()

    def table(self) -> TableView:
        """Return the answer as a table."""
        return self.telling.table()

    def plot(self, ax: Any = None) -> Any:
        """Draw the answer on matplotlib axes, or new ones if none are given, and return them."""
        return self.telling.plot(ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        return self.telling.figure()

    def views(self) -> tuple[View, ...]:
        """Return what a report shows, in order."""
        return self.telling.views()

    def to_excel(self, path: str | Path) -> Path:
        """Write the answer as a workbook: what it says, its tables, and all its numbers.

        Parameters
        ----------
        path : str or Path
            Its name ends in ``.xlsx``. The file is written whole or not at all; one that is there is
            replaced.

        Returns
        -------
        Path

        Raises
        ------
        UsageError
            The file cannot be written.

        Examples
        --------
        >>> import callstats as cs, tempfile
        >>> spring = cs.open("data/demo").where(campaign_id="spring")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cs.lists(spring, "2026-09").to_excel(f"{folder}/lists.xlsx").name
        'lists.xlsx'
        """
        from callstats.answers.core.answer_workbook import answer_workbook, write_workbook

        return write_workbook(answer_workbook(self), path)

    def __str__(self) -> str:
        return "\n\n".join(text for view in self.views() if (text := view.as_text()))

    def _ipython_display_(self) -> None:
        """Display every view, so that a report's cell is a single call."""
        from IPython.display import display

        for view in self.views():
            display(view)

    def _repr_html_(self) -> str:
        return "".join(view.as_html() for view in self.views())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        return {"text/plain": str(self), "text/html": self._repr_html_()}


@dataclass(frozen=True)
class Section(Answer):
    """Views of an answer shown under one question."""

    voice: Voice
    shown: tuple[View, ...]
