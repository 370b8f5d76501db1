"""When to call: the share of dials a person answers, by local hour and weekday, also on the same contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from callstats.answers.campaign.calling_hours_numbers import (
    HourSlot,
    WithinContact,
    hour_slots,
    overall_rate,
    within_contact,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import ask_of_callers
from callstats.answers.core.estimates import Estimate
from callstats.answers.core.scope import lacking, scope
from callstats.answers.core.voice import Voice

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Slots with fewer dials are masked: their rate is mostly chance.
FEWEST_DIALS = 50


@dataclass(frozen=True)
class CallingHours(Answer):
    """Rates by weekday and hour.

    Attributes
    ----------
    overall : Estimate or None
        Over all dials; None if hours are unknown.
    slots, hours : tuple of HourSlot
        Hours of each weekday, and of all weekdays together. The intervals of those
        that are not thin hold jointly (Bonferroni), at the confidence of ``overall``.
    fewest : int
        A slot with fewer dials is thin.
    within : WithinContact or None
        The hours compared on the same contacts; None if the data lack attempts.
    """

    voice: Voice
    period: str
    overall: Estimate | None
    slots: tuple[HourSlot, ...]
    hours: tuple[HourSlot, ...] = ()
    fewest: int = FEWEST_DIALS
    notes: tuple[str, ...] = ()
    within: WithinContact | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return weekday, hour, value, low, high, dials, thin."""
        import pandas as pd

        listed = [
            (s.weekday, s.hour, s.rate.value, s.rate.low, s.rate.high, s.rate.denominator, s.thin)
            for s in self.slots
        ]
        return pd.DataFrame(listed, columns=["weekday", "hour", "value", "low", "high", "dials", "thin"])

    def within_frame(self) -> pd.DataFrame:
        """Return one row per hour: its effect on the same contacts, in full."""
        import pandas as pd

        return pd.DataFrame([asdict(e) for e in self.within.effects] if self.within else [])

    @property
    def best(self) -> tuple[HourSlot, ...]:
        """Weekday slots whose interval lies above the overall rate, best first."""
        return tuple(sorted(self.above(self.slots), key=lambda s: (-s.rate.value, s.weekday, s.hour)))

    def above(self, slots: Iterable[HourSlot]) -> list[HourSlot]:
        """Return the given slots whose interval lies above the overall rate."""
        rate = self.overall.value if self.overall else float("inf")
        return [s for s in slots if not s.thin and s.rate.low > rate]

    def under(self, slots: Iterable[HourSlot]) -> list[HourSlot]:
        """Return the given slots whose interval lies below the overall rate."""
        rate = self.overall.value if self.overall else float("-inf")
        return [s for s in slots if not s.thin and s.rate.high < rate]


def calling_hours(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpi: str = "contact_rate_dial",
    fewest: int = FEWEST_DIALS,
    move: float = 0.1,
) -> CallingHours:
    """Return the share of dials a person answers by weekday and local hour.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
    kpi : str
        Another share of dials; if the data lack it, the answer rate.
    fewest : int
        Slots with fewer dials are masked.
    move : float
        Share of the dials in worse hours that could be placed in better ones.

    Returns
    -------
    CallingHours
        Intervals hold jointly for all slots and speak of other days like these: what
        varies is an hour of a day, beyond the chance of its dials. The slots
        are as dialled; ``within`` compares hours on the same contacts, so that easy
        contacts dialled in the morning do not make the morning look good.
    """
    about = scope(dataset, period)
    _ = about.voice.say
    reason = lacking(dataset, "hour")
    if not reason and not (about.now.reaches("calls", "hour") and about.now.span()):
        reason = about.voice.reason("not computable: needs calls.local_started_at")
    if reason:
        note = _("By hour: {why}.", why=reason.rstrip("."))
        return CallingHours(about.voice, about.label, None, (), (), fewest, (note,))
    overall = overall_rate(about.now, kpi)
    if not overall.known:
        note = ask_of_callers(about.voice, about.now) or about.voice.note(overall.kpi, overall.note)
        return CallingHours(about.voice, about.label, None, (), (), fewest, (note,))
    slots, hours = hour_slots(about.now, overall.kpi, fewest)
    enough = any(not s.thin for s in slots)
    notes = () if enough else (_("By hour: too little data, no hour of the week has {n} dials.", n=fewest),)
    within = within_contact(about, overall.kpi.name, fewest, move)
    return CallingHours(about.voice, about.label, overall, slots, hours, fewest, notes, within)
