"""What one asks in the form of ``explore``: a question, its code, and what a notebook shows of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callstats.errors import UsageError
from callstats.show.display import CaptionView, FigureView, View

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: What is done with the KPIs.
MEASURE, COMPARE, PLOT = "measure", "compare", "plot"
WAYS = (MEASURE, COMPARE, PLOT)

Bundle = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ExploredQuestion:
    """KPIs of some groups in a period, measured, compared or drawn.

    Attributes
    ----------
    kpis : tuple of str
    by : tuple of str
        What tells the groups apart.
    period : str
        "" for everything.
    where : mapping of str to tuple
        Column -> the values allowed.
    way : str
        measure, compare or plot. A comparison is of the first KPI, by the first of ``by``.
    control : value
        The group the others are compared with.

    Examples
    --------
    >>> asked = ExploredQuestion(("answer_rate",), ("list_id",), "2026-09", {"campaign_id": ("spring",)})
    >>> print(asked.code("ds"))
    import callstats as cs
    <BLANKLINE>
    narrow = ds.where(campaign_id='spring', period='2026-09')
    cs.measure(narrow, 'answer_rate', by='list_id')
    """

    kpis: tuple[str, ...]
    by: tuple[str, ...] = ()
    period: str = ""
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    way: str = MEASURE
    control: Any = None

    def code(self, name: str) -> str:
        """Return Python that gives the same, for a data set of a name."""
        asked = {column: _one(values) for column, values in self.where.items() if values}
        asked |= {"period": self.period} if self.period else {}
        given = ", ".join(f"{key}={value!r}" for key, value in asked.items())
        narrow = f"narrow = {name}.where({given})\n" if asked else ""
        return f"import callstats as cs\n\n{narrow}{self._call('narrow' if asked else name)}"

    def _call(self, name: str) -> str:
        by = f", by={_one(self.by)!r}" if self.by else ""
        if self.way == COMPARE:
            return f"cs.compare({name}, {self.kpis[0]!r}, by={self.by[0]!r}, control={self.control!r})"
        if self.way == MEASURE:
            return f"cs.measure({name}, {_one(self.kpis)!r}{by})"
        return "\n".join(
            [f"measured = cs.measure({name}, {_one(self.kpis)!r}{by})"]
            + [f"display(measured.figure({kpi!r}))" for kpi in self.kpis]
        )

    def bundles(self, dataset: Dataset) -> Iterator[Bundle]:
        """Yield what a notebook shows of the answer, one bundle of forms after another.

        Raises
        ------
        UsageError
            Nothing was chosen, a name is unknown, or the groups cannot be compared.
        """
        from callstats.answers.compare.compare import compare
        from callstats.answers.core.measure import measure

        self._check()
        narrow = self.narrowed(dataset)
        if self.way == COMPARE:
            answer = compare(narrow, self.kpis[0], by=self.by[0], control=self.control)
            yield from (bundle for view in answer.views() for bundle in _shown(view))
            return
        measured: Any = measure(narrow, list(self.kpis), by=list(self.by) or None)
        if self.way == MEASURE:
            yield measured._repr_mimebundle_(), {}
        else:
            yield from (bundle for kpi in self.kpis for bundle in _shown(measured.figure(kpi)))

    def narrowed(self, dataset: Dataset) -> Dataset:
        """Return the data set narrowed to the period and the values."""
        return dataset.where(period=self.period or None, **{c: list(v) for c, v in self.where.items() if v})

    def _check(self) -> None:
        if not self.kpis:
            raise UsageError("no KPI was chosen", hint="Choose one on the left.")
        if self.way == COMPARE and (not self.by or self.control is None):
            raise UsageError(
                "nothing to compare",
                hint="Choose what tells the groups apart, and the group to compare with.",
            )


def _one(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _shown(view: View) -> Iterator[Bundle]:
    told: Any = view._repr_mimebundle_()
    data, about = told if isinstance(told, tuple) else (told, {})
    yield data, about
    if isinstance(view, FigureView):
        yield CaptionView(view.caption, view.finding)._repr_mimebundle_(), {}
