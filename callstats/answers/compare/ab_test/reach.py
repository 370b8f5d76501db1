"""Reach by attempt of both arms: a list dialled less deep is not a worse list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.show.display import FigureView, Note, Sentence, View, figure
from callstats.stats import Comparison, LifeTable, hazard_ratio, life_table

if TYPE_CHECKING:
    import pandas as pd

#: Attempts that fewer contacts got are not shown: their share is mostly chance.
FEWEST_AT_RISK = 30
_NEEDED = ("attempt_no", "live")


@dataclass(frozen=True)
class Reach(Answer):
    """Life tables of both arms over all dials of the data, whatever the horizon.

    Attributes
    ----------
    names : tuple of str
    tables : tuple of LifeTable or None
        Of control and treatment: share reached by attempt, had all been dialled so
        often. None where an arm was never dialled or attempts are unknown.
    ratio : Comparison or None
        Ratio of the chances to be reached at the same attempt (log-rank).
    """

    voice: Voice
    names: tuple[str, str]
    tables: tuple[LifeTable | None, LifeTable | None]
    ratio: Comparison | None
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row an arm and attempt: arm, attempt, at_risk, reached, hazard …, share reached so far."""
        import pandas as pd

        names = [
            "attempt",
            "at_risk",
            "reached",
            "hazard",
            "hazard_low",
            "hazard_high",
            "estimate",
            "low",
            "high",
        ]
        parts = [
            pd.DataFrame({"arm": name, **{c: getattr(one, c) for c in names}})
            for name, one in zip(self.names, self.tables, strict=True)
            if one is not None
        ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["arm", *names])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What share both arms reach by the same attempt, and whether one is easier to reach."""
        _, form = self.voice.say, self.voice.form
        control, treatment = self.tables
        if control is None or treatment is None or self.ratio is None:
            return ()
        k = min(_shown(control), _shown(treatment))
        if not k:
            return ()
        said = {
            "k": form.number(int(control.attempt[k - 1])),
            "control": self.names[0],
            "name": self.names[1],
            "a": form.percent(float(control.estimate[k - 1]), 0),
            "b": form.percent(float(treatment.estimate[k - 1]), 0),
        }
        first = _("By attempt {k}, {name} reaches {b} of its contacts and {control} {a}.", **said)
        return (Sentence(first), self._easier())

    def _easier(self) -> Sentence:
        _, form, ratio = self.voice.say, self.voice.form, self.ratio
        assert ratio is not None
        said = {
            "name": self.names[1],
            "control": self.names[0],
            "factor": form.number(ratio.estimate, 2),
            "interval": _("{low} to {high}", low=form.number(ratio.low, 2), high=form.number(ratio.high, 2)),
        }
        if ratio.low > 1 or ratio.high < 1:
            text = _(
                "At the same attempt a contact of {name} is reached {factor} times as often as one of "
                "{control} ({interval}).",
                **said,
            )
            return Sentence(text)
        return Sentence(
            _(
                "No evidence that one is easier to reach at the same attempt: {factor} times ({interval}).",
                **said,
            )
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the share reached by attempt of both arms, at this attempt and so far."""
        from callstats.show.plots import attempt_curve

        for name, one, tone, shift in zip(
            self.names, self.tables, ("grey", "accent"), (-0.06, 0.06), strict=True
        ):
            k = 0 if one is None else _shown(one)
            if one is None or not k:
                continue
            ax = attempt_curve(
                one.attempt[:k].tolist(),
                one.hazard[:k].tolist(),
                one.hazard_low[:k].tolist(),
                one.hazard_high[:k].tolist(),
                formatter=self.voice.form,
                cumulative=one.estimate[:k].tolist(),
                name=name,
                tone=tone,  # type: ignore[arg-type]
                shift=shift,
                ax=ax,
            )
        return ax

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        caption = _(
            "Share of contacts reached by attempt, {control} and {name}",
            control=self.names[0],
            name=self.names[1],
        )
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def views(self) -> tuple[View, ...]:
        """Return the sentences and the plot, or one line on what is missing."""
        if not self.sentences:
            return (Note(self.note),)
        return (self.verdict, self.figure())


def _shown(one: LifeTable) -> int:
    """Return how many attempts have enough contacts at risk, from the first on."""
    enough = np.asarray(one.at_risk) >= FEWEST_AT_RISK
    return int(np.argmin(enough)) if not enough.all() else len(enough)


def reach(trial: Trial, voice: Voice, names: tuple[str, str]) -> Reach:
    """Return the life tables of both arms.

    A number that is invalid, or a contact closed before it was reached, can no
    longer be reached: a competing end. One that was only not dialled further is
    censored.
    """
    _ = voice.say
    missing = [f"calls.{c}" for c in _NEEDED if c not in trial.columns]
    if missing:
        note = _("Reach by attempt: not computable, needs {columns}.", columns=", ".join(missing))
        return Reach(voice, names, (None, None), None, note)
    found = _ends(trial)
    tables = [_table(found[found["treated"] == arm]) for arm in (0, 1)]
    ratio = hazard_ratio(tables[1], tables[0]) if tables[0] is not None and tables[1] is not None else None
    if ratio is not None and np.isnan(ratio.estimate):
        ratio = None
    note = _(
        "Reach by attempt: too little data, fewer than {n} contacts dialled in an arm.", n=FEWEST_AT_RISK
    )
    return Reach(voice, names, (tables[0], tables[1]), ratio, note)


def _table(ends: Any) -> LifeTable | None:
    if not len(ends) or not ends["contacts"].sum():
        return None
    reached, ended = (ends[c].to_numpy(dtype=float) for c in ("reached", "ended"))
    left = ends["contacts"].to_numpy(dtype=float) - reached - ended
    return life_table(ends["last"].to_numpy(dtype=float), reached, censored=left, competing={"closed": ended})


def _ends(trial: Trial) -> Any:
    """Return by arm and attempt how many contacts were reached at it, ended otherwise, or were left."""
    live = nw.col("live")
    known = {"closed", "closed_reason"} <= trial.columns
    shut = nw.col("closed") & (nw.col("closed_reason") != "exhausted") if known else nw.lit(False)
    rows = trial.calls.filter(~nw.col("attempt_no").is_null()).with_columns(
        reached_at=nw.when(live).then(nw.col("attempt_no")),
        shut_at=nw.when(shut).then(nw.col("attempt_no")),
    )
    each = rows.group_by("treated", "contact_id").agg(
        nw.col("reached_at").min(), nw.col("shut_at").min(), nw.col("attempt_no").max()
    )
    met = ~nw.col("reached_at").is_null()
    over = ~met & ~nw.col("shut_at").is_null()
    last = (
        nw.when(met)
        .then(nw.col("reached_at"))
        .otherwise(nw.coalesce(nw.col("shut_at"), nw.col("attempt_no")))
    )
    counted = (
        each.with_columns(
            last=last, reached=nw.when(met).then(1).otherwise(0), ended=nw.when(over).then(1).otherwise(0)
        )
        .group_by("treated", "last")
        .agg(nw.len().alias("contacts"), nw.col("reached").sum(), nw.col("ended").sum())
    )
    return counted.collect("pandas").to_native().sort_values(["treated", "last"])
