"""What the answers have in common: frozen data that show themselves in a notebook.

An answer holds numbers and knows no sentence. What it says is made when it is
looked at, by its telling: the answers of ``attempts.py`` are told by
``attempts_telling.py`` beside it, which is imported when it is first needed.
So a telling knows its answer, and no answer knows its telling.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.voice import Voice
    from callstats.show.display import FigureView, Sentence, TableView, Verdict, View

_SUFFIX = "_telling"
_TELLINGS: dict[type[Answer], Callable[[Any], Any]] = {}
_Teller = TypeVar("_Teller", bound=Callable[[Any], Any])


def tells(answer: type[Answer]) -> Callable[[_Teller], _Teller]:
    """Make a class the telling of an answer: it is given the answer and tells it."""

    def kept(telling: _Teller) -> _Teller:
        _TELLINGS[answer] = telling
        return telling

    return kept


class Answer:
    """Base of every answer; a child is a frozen dataclass with a ``voice`` and a ``to_frame``."""

    voice: Voice

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers, unrounded."""
        raise TypeError(type(self).__name__)  # pragma: no cover - every child defines it

    @property
    def telling(self) -> Any:
        """How the answer is told, a :class:`~callstats.answers.core.telling.Telling`."""
        kind = type(self)
        if kind not in _TELLINGS:
            importlib.import_module(kind.__module__ + _SUFFIX)
        return _TELLINGS[kind](self)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the evidence allows to say."""
        return self.telling.sentences()

    @property
    def verdict(self) -> Verdict:
        """The sentences as one display object; ``str(answer.verdict)`` is text."""
        return self.telling.verdict()

    def table(self) -> TableView:
        """Return the answer as a table."""
        return self.telling.table()

    def plot(self, ax: Any = None) -> Any:
        """Draw the answer on matplotlib axes, new ones where none are given, and return them."""
        return self.telling.plot(ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words for those who cannot see it."""
        return self.telling.figure()

    def views(self) -> tuple[View, ...]:
        """Return what a report shows, in order."""
        return self.telling.views()

    def __str__(self) -> str:
        return "\n\n".join(text for view in self.views() if (text := view.as_text()))

    def _ipython_display_(self) -> None:
        """Display every view, so that a cell of a report is one call."""
        from IPython.display import display

        for view in self.views():
            display(view)

    def _repr_html_(self) -> str:
        return "".join(view.as_html() for view in self.views())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        return {"text/plain": str(self), "text/html": self._repr_html_()}


@dataclass(frozen=True)
class Section(Answer):
    """Views of an answer that stand under one question."""

    voice: Voice
    shown: tuple[View, ...]
