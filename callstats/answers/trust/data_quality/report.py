"""How far data can be trusted, from what came in to what cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.voice import Voice
from callstats.answers.trust.data_check import check
from callstats.answers.trust.data_quality.agent_days import AgentDays, agent_days
from callstats.answers.trust.data_quality.arrivals import Arrivals, arrivals
from callstats.answers.trust.data_quality.codes import Codes, codes
from callstats.answers.trust.data_quality.durations import Durations, durations
from callstats.answers.trust.data_quality.gaps import Gaps, gaps
from callstats.answers.trust.data_quality.lacking import Lacking, lacking
from callstats.answers.trust.data_quality.rules import Doubts, LeftOut, left_out
from callstats.answers.trust.data_quality.transfers import Transfers, transfers
from callstats.dataset.filters import Filters
from callstats.show.display import Record, Sentence, Verdict, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period


@dataclass(frozen=True)
class QualityReport(Answer):
    """What is to be known of a data set before its figures are believed.

    Attributes
    ----------
    voice : Voice
    arrivals : Arrivals
        What came in.
    left_out : LeftOut
        What was left out, by rule.
    doubts : Doubts
        What looks wrong in the rows kept.
    codes : Codes
        Statuses without a meaning.
    durations : Durations
        Talk times that cannot be right.
    agent_days : AgentDays
        Agent time against call time.
    transfers : Transfers
        Conversations that may be one call.
    gaps : Gaps
        Days and hours without calls.
    lacking : Lacking
        Missing columns, and the KPIs that fall with them.
    """

    voice: Voice
    arrivals: Arrivals
    left_out: LeftOut
    doubts: Doubts
    codes: Codes
    durations: Durations
    agent_days: AgentDays
    transfers: Transfers
    gaps: Gaps
    lacking: Lacking

    def to_frame(self) -> pd.DataFrame:
        """Return a row a rule broken: severity, rule, table, rows, example, hint."""
        import pandas as pd

        told = [
            (f.severity, f.rule, f.table, f.rows, f.example, f.hint)
            for f in (*self.left_out.rules, *self.doubts.rules)
        ]
        return pd.DataFrame(told, columns=["severity", "rule", "table", "rows", "example", "hint"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """At most three: what went on, what touches figures, what cannot be told."""
        return (*self.arrivals.sentences, self._touched(), *self.lacking.sentences)

    def _touched(self) -> Sentence:
        """Say how many findings are in rows that count."""
        _ = self.voice.say
        if not self.doubts.rules:
            return self.doubts.sentences[0]
        shown = _.joined(_("“{rule}”", rule=f.rule) for f in self.doubts.rules[:3])
        text = _.ngettext(
            "{n} finding touches figures. Not always true: {rules}.",
            "{n} findings touch figures. Not always true: {rules}.",
            len(self.doubts.rules),
            rules=shown + ("…" if len(self.doubts.rules) > 3 else ""),
        )
        return Sentence(text, "unknown")

    def record(self) -> Record:
        """Return the numbers for the JSON beside the report."""
        found = {
            "rows_kept": self.arrivals.imported,
            "rows_left_out": self.arrivals.rejected,
            "findings": self.to_frame().to_dict("records"),
            "unknown_codes": dict(self.codes.unknown),
            "agent_days": len(self.agent_days.days),
            "agent_days_wrong": len(self.agent_days.wrong),
            "days_missing": [str(day) for day in self.gaps.missing],
            "kpis_not_computable": sorted(self.lacking.fallen),
        }
        return Record({"data_quality": found})

    def opening(self) -> Section:
        """Return the verdict and the record."""
        return Section(self.voice, (Verdict(self.sentences), self.record()))

    def views(self) -> tuple[View, ...]:
        """Return all of it, in the order of the report."""
        parts: tuple[Answer, ...] = (
            self.opening(),
            self.arrivals,
            self.left_out,
            self.doubts,
            self.codes,
            self.durations,
            self.agent_days,
            self.transfers,
            self.gaps,
            self.lacking,
        )
        return tuple(view for part in parts for view in part.views())


def data_quality(dataset: Dataset, period: str | Period | None = None) -> QualityReport:
    """Say how far a data set can be trusted.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
        Rows left out belong to no period: they are those of the whole import.

    Returns
    -------
    QualityReport
        A finding changes no number: it says where to look, and what to do.

    Raises
    ------
    UsageError
        The period holds no call.

    Examples
    --------
    >>> import callstats as cs
    >>> found = data_quality(cs.open("data/demo"))
    >>> found.arrivals.kept, found.arrivals.rejected, found.gaps.missing
    (152995, 0, (datetime.date(2026, 7, 14),))
    """
    now = dataset.where(period=period) if period else dataset
    whole = replace(dataset, filters=Filters())
    came = arrivals(now, whole if period else now)
    return QualityReport(
        Voice.of(now),
        came,
        left_out(whole, came.imported),
        Doubts(Voice.of(now), tuple(f for f in check(now).findings if f.severity == "doubtful")),
        codes(now),
        durations(now),
        agent_days(now),
        transfers(now),
        gaps(now),
        lacking(now),
    )
