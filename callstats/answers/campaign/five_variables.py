"""The five variables of a campaign side by side: hours, calls, answered, successes, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.core.answer import Answer
from callstats.answers.core.audience import told_kpis
from callstats.answers.core.directions import ask_of_callers
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.kpis import catalogue
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: The five, in the trade's order, with the trade's short words for them.
FIVE: dict[str, str] = {
    "login_hours": mark("Hours"),
    "dials": mark("Calls"),
    "handled_calls": mark("Calls answered"),
    "successes": mark("Successes"),
    "contacts_closed": mark("Contacts closed"),
}
#: What is read beside them, where the catalogue and the data have it.
BESIDE = (
    "first_call_close",
    "touches_per_contact_won",
    "revenue",
    "successes_per_login_hour",
    "break_even_successes_per_login_hour",
)


@dataclass(frozen=True)
class FiveVariables(Answer):
    """What a campaign put in and what came out, now and before.

    Attributes
    ----------
    period, earlier : str
        In words; ``earlier`` is empty without a comparison.
    figures : mapping of str to Figure
        By name of the KPI: the five in their order, then what is read beside them.
    confidence : float
        Of the intervals.
    note : str
        Why there is no comparison, or what to ask instead; empty otherwise.
    """

    voice: Voice
    period: str
    earlier: str
    figures: Mapping[str, Figure]
    confidence: float
    note: str = ""

    @property
    def five(self) -> tuple[Figure, ...]:
        """The five variables, in order."""
        return tuple(self.figures[name] for name in FIVE)

    @property
    def beside(self) -> tuple[Figure, ...]:
        """What is read beside them."""
        return tuple(figure for name, figure in self.figures.items() if name not in FIVE)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure: value, low, high, n, target, before, change with its interval, note."""
        import pandas as pd

        return pd.DataFrame([figure.row() for figure in self.figures.values()])


def five_variables(
    dataset: Dataset, period: str | Period | None = None, compare_with: str | Period | None = "previous"
) -> FiveVariables:
    """Return hours, calls, calls answered, successes and contacts closed of a period and the one before.

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.

    Returns
    -------
    FiveVariables
        Also what share was won on the first call, the dials until a contact was won, revenue, and
        successes per login hour beside those that pay for the hour. Changes are clustered by each
        KPI's own unit and by day.

    Raises
    ------
    UsageError
        The period holds no call.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("abcd"), "direction": "outbound",
    ...     "handled": [True, True, True, False], "success": [True, False, False, False],
    ...     "closed": [True, True, False, False],
    ... })
    >>> found = five_variables(Dataset({"calls": calls}))
    >>> [figure.now.value for figure in found.five]
    [nan, 4.0, 3.0, 1.0, 2.0]
    >>> found.five[0].now.note
    'not computable: needs agent_time'
    """
    about = scope(dataset, period, compare_with)
    beside = told_kpis(dataset.config.audience, BESIDE)
    asked = (*FIVE, *(name for name in beside if name in catalogue()))
    figures = next(iter(moved_figures(about.now, about.before, asked).values()), {})
    notes = (ask_of_callers(about.voice, about.now), about.note)
    return FiveVariables(
        about.voice,
        about.label,
        about.earlier_label,
        figures,
        dataset.config.confidence,
        " ".join(note for note in notes if note),
    )
