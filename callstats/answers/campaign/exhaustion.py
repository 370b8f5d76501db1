"""What is left in a list, when it will be done at the current pace, and what the rest is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from callstats.answers.campaign.exhaustion_numbers import (
    Deadline,
    Outlook,
    Prospects,
    Question,
    added_prospects,
    completions_in_hours,
    outlooks,
)
from callstats.answers.campaign.list_states_numbers import NEEDED
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period


@dataclass(frozen=True)
class Exhaustion(Answer):
    """Lists at the end of a day, those with most callable contacts first.

    Attributes
    ----------
    day : date or None
        The last day that counts; None if the state of contacts is unknown.
    confidence : float
        Of each interval: completion date, share dialled by a deadline, value of the rest.
    share : float
        Of the contacts callable on that day that are closed when a list is done.
    lists : tuple of Outlook
    """

    voice: Voice
    day: date | None
    confidence: float
    by: str | None
    share: float
    lists: tuple[Outlook, ...]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per list: states, pace, when it is done, completion, what the rest is worth."""
        import pandas as pd

        return pd.DataFrame([{self.by or "list": one.state.group, **one.row()} for one in self.lists])

    def burn_down(self) -> pd.DataFrame:
        """Return list, day and contacts left at its end, from the list's first dial on."""
        import pandas as pd

        rows = [(one.state.group, day, left) for one in self.lists for day, left in one.burn_down()]
        return pd.DataFrame(rows, columns=[self.by or "list", "day", "left"])

    @property
    def prospects(self) -> Prospects:
        """The expected results of everything left, as far as known."""
        return added_prospects([one.prospects for one in self.lists if one.prospects is not None])


def exhaustion(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    by: str | None = "list_id",
    deadline: Deadline = None,
    share: float = 0.95,
    pace_days: int = 10,
) -> Exhaustion:
    """Return what is left of every list at the end of a period, and when it will be done.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
        Its last day is the reference day; all calls until then count, not only the period's.
    by : str, optional
        The column that identifies lists; None pools all contacts.
    deadline : str, date or number, optional
        By when contacts should have been dialled once: a day, with a forecast if it is in the
        future, or working hours after loading. If omitted, the project's ``list_deadline_h`` (8).
    share : float
        A list is done when this share of the contacts that are callable on the reference day is
        closed, rounded up to whole contacts. When the very last ones are closed says little:
        it depends on a few call-backs. 1 asks for all of them.
    pace_days : int
        Working days from which the current pace is estimated.

    Returns
    -------
    Exhaustion
        A contact is unused until its first dial, then in circulation (including
        call-backs) until a call closes it. The day a list is done, with its prediction
        interval, comes from its contacts drawn forward day by day [1]_: who is dialled again
        after how many working days, what a dial closes after how many earlier ones, whether
        the number of dials follows the capacity or the contacts left, each as seen so far and
        as uncertain as that leaves it; days vary as they did, and hang together as they did.
        No day is given before five working days of dials, where contacts are neither dialled
        again nor closed, and beyond a year. Agents who leave and new lists are not foreseen.

    Raises
    ------
    UsageError
        The period contains no call, no table has the column, or ``share`` is not above 0
        and at most 1.

    References
    ----------
    .. [1] Gelman A, Carlin JB, Stern HS, et al. (2013). Bayesian Data Analysis, 3rd ed.,
       section 1.3: prediction with the uncertainty of every parameter.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("aabc"), "list_id": "x", "direction": "outbound",
    ...     "attempt_no": [1, 2, 1, 1], "closed": [False, True, False, True],
    ...     "local_started_at": pd.to_datetime(["2026-09-01", "2026-09-02", "2026-09-02", "2026-09-02"]),
    ... })
    >>> contacts = pd.DataFrame({"contact_id": list("abcd"), "list_id": "x"})
    >>> outlook = exhaustion(Dataset({"calls": calls, "contacts": contacts}))
    >>> outlook.to_frame()[["loaded", "unused", "circulating", "closed"]].iloc[0].tolist()
    [4, 1, 1, 2]
    """
    if not 0 < share <= 1:
        raise UsageError(f"share {share!r} is not above 0 and at most 1", hint="95 % is 0.95.")
    about, confidence = scope(dataset, period), dataset.config.confidence
    if by is not None:
        dataset.check_key(by)
    if not (about.now.has("calls", *NEEDED) and about.now.span()):
        columns = ", ".join(f"calls.{c}" for c in NEEDED if not about.now.has("calls", c))
        why = about.voice.reason(f"not computable: needs {columns}" if columns else "no calls")
        note = about.voice.say("Lists: {why}.", why=why)
        return Exhaustion(about.voice, None, confidence, by, share, (), (note,))
    completions, unknown = completions_in_hours(about, by, deadline)
    notes = [about.voice.note(unknown.kpi, unknown.note)] if unknown else []
    if not about.whole.has("contacts", "contact_id"):
        notes.append(about.voice.say("Contacts never dialled are not known: needs a table of contacts."))
    lists = outlooks(about, Question(by, deadline, share, pace_days), completions)
    order = sorted(lists, key=lambda one: (-one.state.callable, str(one.state.group)))
    return Exhaustion(about.voice, about.window.last, confidence, by, share, tuple(order), tuple(notes))
