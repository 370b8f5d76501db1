"""Doubtful durations: how many there are, and what they do to the mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import LONG_TALK_S
from callstats.dataset.clock import unknown
from callstats.show.display import Cell, Column, Note, Sentence, TableView, View
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_KINDS = {
    "long": mark("Talk over four hours"),
    "silent": mark("Conversation without talk time"),
    "unknown": mark("Conversation whose talk time is unknown"),
}


@dataclass(frozen=True)
class Durations(Answer):
    """Conversations whose talk time is doubtful.

    Attributes
    ----------
    voice : Voice
    conversations : int
    counts : mapping of str to int
        ``long``, ``silent``, ``unknown``.
    examples : mapping of str to str
        The first call of each.
    mean, mean_without : float
        Mean talk of all conversations, and without the doubtful ones [s].
    note : str
        Why it cannot be told; empty otherwise.
    """

    voice: Voice
    conversations: int
    counts: dict[str, int]
    examples: dict[str, str]
    mean: float
    mean_without: float
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row a kind: kind, calls, share, example."""
        import pandas as pd

        listed = [(kind, n, self._share(n), self.examples.get(kind, "")) for kind, n in self.counts.items()]
        return pd.DataFrame(listed, columns=["kind", "calls", "share", "example"])

    def _share(self, calls: int) -> float:
        return calls / self.conversations if self.conversations else float("nan")

    @property
    def doubtful(self) -> int:
        """Conversations with any doubt."""
        return sum(self.counts.values())

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many talk times are doubtful, and what they do to the mean."""
        if self.note:
            return ()
        _, form = self.voice.say, self.voice.form
        if not self.doubtful:
            text = _("No talk time of {n} conversations is doubtful.", n=form.number(self.conversations))
            return (Sentence(text, "good"),)
        text = _(
            "{doubtful} of {n} conversations ({share}) have a doubtful talk time. Mean talk is {mean}; "
            "without them it would be {without}.",
            doubtful=form.number(self.doubtful),
            n=form.number(self.conversations),
            share=form.percent(self._share(self.doubtful)),
            mean=form.duration(self.mean),
            without=form.duration(self.mean_without),
        )
        return (Sentence(text, "unknown"),)

    def table(self) -> TableView:
        """Return the kinds of doubt with their numbers."""
        _, form = self.voice.say, self.voice.form
        heads = [
            Column(_("Doubt")),
            Column(_("Calls"), "right"),
            Column(_("Share of conversations"), "right"),
        ]
        lines = [
            [Cell(_(_KINDS[kind]), strong=True), Cell(form.number(n)), Cell(form.percent(self._share(n)))]
            for kind, n in self.counts.items()
            if n
        ]
        examples = [self.examples[kind] for kind, n in self.counts.items() if n]
        for line, example in zip(lines, examples, strict=True):
            line.append(Cell(example, tone="grey"))
        return TableView(_("Doubtful durations"), [*heads, Column(_("For example"))], lines)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the table where there is a doubt."""
        if self.note:
            return (Note(self.note),)
        return (self.verdict, *([self.table()] if self.doubtful else []))


def durations(dataset: Dataset) -> Durations:
    """Look for talk times that cannot be right."""
    voice = Voice.of(dataset)
    lacking = [c for c in ("handled", "talk_s") if not dataset.has("calls", c)]
    talks = None if lacking else dataset.table("calls").filter(nw.col("handled"))
    sums = _sums(talks) if talks is not None else {}
    if talks is None or sums["all"] == sums["unknown"]:
        columns = ", ".join(f"calls.{c}" for c in lacking) or "calls.talk_s"
        why = voice.reason(f"not computable: needs {columns}")
        nan = float("nan")
        return Durations(voice, 0, {}, {}, nan, nan, voice.say("Talk times: {why}.", why=why))
    counts = {kind: int(sums[kind]) for kind in _KINDS}
    known, sound = sums["all"] - sums["unknown"], sums["all"] - sum(counts.values())
    return Durations(
        voice,
        int(sums["all"]),
        counts,
        {kind: _example(talks, kind) for kind, n in counts.items() if n},
        sums["talk"] / known if known else float("nan"),
        sums["sound_talk"] / sound if sound else float("nan"),
    )


def _conditions() -> dict[str, Any]:
    talk = nw.col("talk_s")
    return {"long": talk > LONG_TALK_S, "silent": talk <= 0, "unknown": talk.is_null()}


def _sums(talks: nw.LazyFrame) -> dict[str, float]:
    """Return how many conversations there are of every kind, and their talk."""
    one, zero, talk = nw.lit(1.0), nw.lit(0.0), nw.col("talk_s").cast(nw.Float64)
    wrong = _conditions()
    made = {kind: nw.when(condition).then(one).otherwise(zero) for kind, condition in wrong.items()}
    sound = ~wrong["unknown"] & (talk > 0) & (talk <= LONG_TALK_S)
    found = records(
        talks.with_columns(
            **made, all=one, talk=talk.fill_null(0.0), sound_talk=nw.when(sound).then(talk).otherwise(zero)
        ).select(nw.col("all", "talk", "sound_talk", *made).sum())
    )[0]
    return {name: 0.0 if unknown(value) else float(value) for name, value in found.items()}


def _example(talks: nw.LazyFrame, kind: str) -> str:
    first = records(talks.filter(_conditions()[kind]).select("call_id", "talk_s").sort("call_id").head(1))[0]
    talk = "" if unknown(first["talk_s"]) else f", talk_s {first['talk_s']:g}"
    return f"call_id {first['call_id']}{talk}"
