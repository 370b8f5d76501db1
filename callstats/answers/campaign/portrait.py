"""The five-minute portrait: verdict, the few figures against target and last period, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.bridge.words import moved_most
from callstats.answers.campaign.summing_up import summing_up
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Change, Estimate, change, estimates
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.config import Target
from callstats.show.digits import unknown
from callstats.show.display import KeyFigure, KeyFigures, Note, Record, Sentence, View
from callstats.show.key_figures import key_figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.campaign.bridge.result import Bridge
    from callstats.dataset import Dataset, Period
    from callstats.kpis.define import KPI

KPIS = (
    "profit",
    "roi",
    "successes_per_login_hour",
    "success_rate_argued",
    "success_rate_closed",
    "answer_rate",
    "abandon_rate_outbound",
    "cost_per_acquisition",
)
#: What the verdict speaks of beside the figures shown.
_ASIDE = ("successes",)


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: now, before, what it should be, and its change where a bridge tells it."""

    now: Estimate
    before: Estimate | None
    target: Target
    bridged: Change | None = None

    @property
    def kpi(self) -> KPI:
        """What it is."""
        return self.now.kpi

    @property
    def change(self) -> Change:
        """The figure less that of the period compared with; that of the bridge where there is one."""
        return change(self.now, self.before) if self.bridged is None else self.bridged

    @property
    def has_target(self) -> bool:
        """Whether the project says what it should be."""
        return self.target.low is not None or self.target.high is not None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where the interval leaves it open, or there is no target.

        Abandonment is a census of every call, so its exact value is judged.
        """
        if not (self.has_target and self.now.known):
            return None
        low, high = self.now.low, self.now.high
        if self.kpi.domain == "compliance":
            low = high = self.now.value
        if unknown(low) or unknown(high):
            return None
        least = float("-inf") if self.target.low is None else self.target.low
        most = float("inf") if self.target.high is None else self.target.high
        if least <= low and high <= most:
            return True
        return False if high < least or low > most else None


@dataclass(frozen=True)
class Portrait(Answer):
    """The key figures of a period, and what they add up to.

    Attributes
    ----------
    figures : mapping of str to Figure
        By KPI name, in the order shown, then those only spoken of.
    shown : tuple of str
        Names of the figures that are shown.
    note : str
        Why there is no comparison; empty otherwise.
    bridge : Bridge or None
        What changed profit, for the verdict.
    """

    voice: Voice
    period: str
    earlier: str
    figures: Mapping[str, Figure]
    shown: tuple[str, ...]
    note: str = ""
    bridge: Bridge | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return a row a KPI: value, low, high, n, target, before, change with its interval, note."""
        import pandas as pd

        return pd.DataFrame([_row(self.figures[name]) for name in self.shown])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """At most three: what was earned, what moved most, what to do next."""
        moved = moved_most(self.bridge) if self.bridge is not None else None
        return summing_up(self.figures, self.voice, self.period, self.earlier, moved)

    def key_figures(self) -> KeyFigures:
        """Return the figures as cards."""
        _ = self.voice.say
        if self.earlier:
            said = {"period": self.period, "before": self.earlier}
            caption = _("{period}, with 95% intervals; change since {before}", **said)
        else:
            caption = _("{period}, with 95% intervals", period=self.period)
        return KeyFigures([self._card(self.figures[name]) for name in self.shown], caption)

    def _card(self, f: Figure) -> KeyFigure:
        moved = f.change
        return key_figure(
            f.kpi.name,
            f.kpi.label[self.voice.language],
            f.kpi.unit,
            f.now.value,
            self.voice.form,
            low=f.now.low,
            high=f.now.high,
            n=f.now.n,
            target_low=f.target.low,
            target_high=f.target.high,
            change=moved.estimate,
            change_low=moved.low,
            change_high=moved.high,
            direction=f.kpi.direction,
            note="" if f.now.known else self.voice.reason(f.now.note),
        )

    def plot(self, kpi: str = "answer_rate", ax: Any = None) -> Any:
        """Draw one figure now and before, with intervals and target."""
        from callstats.show.plots import interval_plot

        f = self.figures[kpi]
        drawn = [(self.period, f.now), *([(self.earlier, f.before)] if f.before else [])]
        reference = f.target.low if f.target.low is not None else f.target.high
        return interval_plot(
            [label for label, _ in drawn],
            [e.value for _, e in drawn],
            [e.low for _, e in drawn],
            [e.high for _, e in drawn],
            unit=f.kpi.unit,
            label=f.kpi.label[self.voice.language],
            formatter=self.voice.form,
            reference=reference,
            reference_label=self.voice.say("target"),
            sort=False,
            ax=ax,
        )

    def record(self) -> Record:
        """Return the figures in full precision, for the JSON beside the report."""
        kpis = {name: {k: v for k, v in _row(f).items() if k != "kpi"} for name, f in self.figures.items()}
        return Record({"period": self.period, "compared_with": self.earlier, "kpis": _plain(kpis)})

    def views(self) -> tuple[View, ...]:
        """Return the cards, a note where there is nothing to compare with, and the record."""
        notes = [Note(self.note)] if self.note else []
        return (self.key_figures(), *notes, self.record())


def _row(f: Figure) -> dict[str, Any]:
    moved = f.change
    return {
        "kpi": f.kpi.name,
        "value": f.now.value,
        "low": f.now.low,
        "high": f.now.high,
        "n": f.now.n,
        "target_low": f.target.low,
        "target_high": f.target.high,
        "before": f.before.value if f.before else None,
        "change": moved.estimate,
        "change_low": moved.low,
        "change_high": moved.high,
        "note": f.now.note,
    }


def _plain(kpis: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Put null where there is no number: JSON has no nan."""
    return {
        name: {k: None if isinstance(v, float) and v != v else v for k, v in row.items()}  # noqa: PLR0124
        for name, row in kpis.items()
    }


def _bridged(bridge: Bridge | None) -> dict[str, Change]:
    """Return the change that a bridge tells, so that one report has one interval for it."""
    if bridge is None or not bridge.terms or unknown(bridge.change.low):
        return {}
    return {bridge.measure: bridge.change}


def portrait(
    dataset: Dataset,
    period: str | Period | None = None,
    before: str | Period | None = "previous",
    *,
    kpis: Sequence[str] = KPIS,
    bridge: Bridge | None = None,
) -> Portrait:
    """Return the key figures of a period against target and another period.

    Parameters
    ----------
    dataset : Dataset
    period, before : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    kpis : sequence of str
        The figures shown, in order.
    bridge : Bridge, optional
        Of the same two periods: the verdict then names what moved profit most, in
        place of the figure that moved most, and the change of profit is the bridge's.

    Returns
    -------
    Portrait
        Changes take the two periods as independent; their intervals come from
        those of the figures, which are clustered by each KPI's own unit.

    Raises
    ------
    UsageError
        A KPI is not known, or the period holds no call.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("abcd"), "direction": "outbound",
    ...     "handled": [True, True, True, False],
    ... })
    >>> found = portrait(Dataset({"calls": calls}), kpis=["answer_rate"])
    >>> found.figures["answer_rate"].now.value, found.key_figures().figures[0].interval
    (0.75, '30% to 95%')
    """
    about = scope(dataset, period, before)
    names = (*kpis, *(name for name in _ASIDE if name not in kpis))
    now = estimates(about.now, names)
    then = estimates(about.before, names) if about.before is not None else {}
    targets = dataset.config.targets
    bridged = _bridged(bridge)
    figures = {
        name: Figure(e, then.get(name), targets.get(name, Target()), bridged.get(name))
        for name, e in now.items()
    }
    shown = tuple(name for name in now if name not in _ASIDE or name in kpis)
    return Portrait(about.voice, about.label, about.earlier_label, figures, shown, about.note, bridge)
