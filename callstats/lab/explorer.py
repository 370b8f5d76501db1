"""``cs.explore(ds)``: a form in a notebook to measure, compare and plot, with the code of what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from IPython import get_ipython

from callstats.answers.core.voice import Voice
from callstats.dataset.clock import TIME_KEYS
from callstats.engine import needs
from callstats.errors import CallstatsError
from callstats.kpis.registry import catalogue
from callstats.lab.explored_question import COMPARE, MEASURE, PLOT, ExploredQuestion
from callstats.model import TABLES
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Columns of the calls that a form offers to filter by, where the data have them.
_FILTERS = ("campaign_id", "list_id", "agent_id")
#: Values of a column that are offered; and what is chosen at first.
_OFFERED, _FIRST = 500, "answer_rate"
_WAYS = {MEASURE: mark("Measure"), COMPARE: mark("Compare"), PLOT: mark("Plot")}


def explore(dataset: Dataset, *, name: str | None = None) -> Explorer:
    """Return a form to pick KPIs, groups, a period and filters, and to measure, compare and plot them.

    Beneath what it shows stands the code that gives the same, to copy into a cell.

    Parameters
    ----------
    dataset : Dataset
    name : str, optional
        What the data set is called in that code; if omitted, what the notebook calls it.

    Returns
    -------
    Explorer
        A widget of ipywidgets: JupyterLab shows it, and its parts can be set from Python.

    Examples
    --------
    >>> import callstats as cs
    >>> form = cs.explore(cs.open("data/demo"), name="ds")
    >>> form.kpis.value, form.by.value, form.period.value = ("answer_rate",), ("list_id",), "2026-09"
    >>> form.show()
    >>> print(form.code.value)
    import callstats as cs
    <BLANKLINE>
    narrow = ds.where(period='2026-09')
    cs.measure(narrow, 'answer_rate', by='list_id')
    """
    return Explorer(dataset, name or _called(dataset))


class Explorer(widgets.VBox):
    """The form of :func:`explore`.

    Attributes
    ----------
    find : Text
        What the names of the KPIs offered contain.
    kpis, by : SelectMultiple
    period : Combobox
    filters : dict of str to SelectMultiple
        By column.
    way : ToggleButtons
        measure, compare or plot.
    control : Dropdown
    button : Button
    shown : Output
    code : Textarea
    """

    def __init__(self, dataset: Dataset, name: str) -> None:
        self.dataset, self.name = dataset, name
        self.voice = Voice.of(dataset)
        self.say = say = self.voice.say
        self._computable = self._kpis()
        self.find = widgets.Text(placeholder=say("Find a KPI"), continuous_update=True)
        self.kpis = widgets.SelectMultiple(options=self._computable, rows=10)
        self.by = widgets.SelectMultiple(options=self._keys(), rows=10)
        self.period = widgets.Combobox(options=self._months(), placeholder=say("everything"), value="")
        self.filters = {column: self._values(column) for column in _FILTERS if dataset.has("calls", column)}
        self.way = widgets.ToggleButtons(options=[(say(label), way) for way, label in _WAYS.items()])
        self.control = widgets.Dropdown(options=[], description=say("against"))
        self.button = widgets.Button(description=say("Show"), button_style="primary")
        self.shown = widgets.Output()
        self.code = widgets.Textarea(rows=5, layout={"width": "auto"})
        if any(value == _FIRST for _, value in self._computable):
            self.kpis.value = (_FIRST,)
        self._wire()
        super().__init__(self._laid_out())

    def question(self) -> ExploredQuestion:
        """Return what the form asks now."""
        return ExploredQuestion(
            self.kpis.value,
            self.by.value,
            self.period.value.strip(),
            {column: chosen.value for column, chosen in self.filters.items()},
            str(self.way.value),
            self.control.value,
        )

    def show(self) -> None:
        """Show what the form asks, and its code; what cannot be asked is told in its place."""
        question = self.question()
        try:
            outputs = [_output(*bundle) for bundle in question.bundles(self.dataset)]
            self.code.value = question.code(self.name)
        except CallstatsError as error:
            outputs = [_output({"text/plain": str(error)}, {})]
            self.code.value = ""
        self.shown.outputs = tuple(outputs)

    def _wire(self) -> None:
        self.button.on_click(lambda _: self.show())
        self.find.observe(lambda _: self._narrow(), "value")
        for part in (self.way, self.by, self.kpis, self.period, *self.filters.values()):
            part.observe(lambda _: self._offer_controls(), "value")
        self._offer_controls()

    def _laid_out(self) -> list[widgets.Widget]:
        say = self.say
        chosen = [self._titled(say("Only"), *self.filters.values())] if self.filters else []
        form = widgets.HBox(
            [
                self._titled(say("KPIs"), self.find, self.kpis),
                self._titled(say("By"), self.by),
                *chosen,
                self._titled(say("Period"), self.period, self.way, self.control, self.button),
            ],
            layout={"flex_flow": "row wrap"},
        )
        return [form, self.shown, self._titled(say("The code of what is shown, to copy"), self.code)]

    def _titled(self, title: str, *parts: widgets.Widget) -> widgets.VBox:
        return widgets.VBox([widgets.Label(title), *parts], layout={"margin": "0 12px 8px 0"})

    def _kpis(self) -> list[tuple[str, str]]:
        """Return label and name of every KPI that the data can answer."""
        language = self.voice.language
        able = [kpi for kpi in catalogue().values() if needs.obstacle(self.dataset, kpi) is None]
        return sorted((f"{kpi.label[language]} ({kpi.name})", kpi.name) for kpi in able)

    def _keys(self) -> list[str]:
        own = [c for c in self.dataset.schemas.get("contacts", ()) if c not in TABLES["contacts"].names]
        timed = self.dataset.has("calls", TABLES["calls"].clock or "")
        there = [key for key in (*_FILTERS, *own) if self.dataset.reaches("calls", key)]
        return [*there, *(TIME_KEYS if timed else ())]

    def _months(self) -> list[str]:
        import pandas as pd

        span = self.dataset.span()
        return [] if span is None else [str(m) for m in pd.period_range(*span, freq="M")][::-1]

    def _values(self, column: str) -> widgets.SelectMultiple:
        values = self.dataset.values(column)[:_OFFERED]
        options = [(self.voice.label(value), value) for value in values]
        return widgets.SelectMultiple(options=options, rows=min(len(values), 4) or 1, description=column)

    def _narrow(self) -> None:
        """Offer the KPIs whose names contain what is looked for; those that were chosen stay."""
        kept, wanted = self.kpis.value, self.find.value.casefold()
        self.kpis.options = [o for o in self._computable if wanted in o[0].casefold() or o[1] in kept]
        self.kpis.value = kept

    def _offer_controls(self) -> None:
        """Offer the groups that others can be compared with, where a comparison is asked for."""
        question = self.question()
        self.control.layout.display = None if question.way == COMPARE else "none"
        values = self._groups(question) if question.way == COMPARE and question.by and question.kpis else []
        kept = self.control.value
        self.control.options = [(self.voice.label(value), value) for value in values]
        self.control.value = kept if kept in values else values[0] if values else None

    def _groups(self, question: ExploredQuestion) -> list[Any]:
        from callstats.answers.core.measure import measure

        key = question.by[0]
        try:
            found = measure(question.narrowed(self.dataset), question.kpis[0], by=key, interval=False)[key]
        except CallstatsError:  # told when it is asked
            return []
        return [value.item() if hasattr(value, "item") else value for value in found.dropna()[:_OFFERED]]


def _output(data: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": about}


def _called(dataset: Dataset) -> str:
    """Return what the notebook calls a data set."""
    shell = get_ipython()
    there = shell.user_ns if shell is not None else {}
    return next((n for n, v in there.items() if v is dataset and not n.startswith("_")), "ds")
