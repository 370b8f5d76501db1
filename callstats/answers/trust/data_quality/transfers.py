"""Transfers: one conversation with one id, or counted twice?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.dataset.clock import unknown
from callstats.show.display import Cell, Column, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: The second agent of a transfer takes over within so long [s].
TAKEN_OVER_S = 60
#: Pairs with a line of their own.
_MOST = 10
_NEEDED = ("contact_id", "agent_id", "handled", "local_started_at", "talk_s")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conversations of one contact with two agents, the second right after the first."""

    first: str
    second: str
    agents: tuple[str, str]
    apart_s: float


@dataclass(frozen=True)
class Transfers(Answer):
    """Conversations that may be one call, transferred and counted twice.

    Attributes
    ----------
    voice : Voice
    pairs : tuple of Pair
    conversations : int
    note : str
        Why it cannot be told; empty otherwise.
    """

    voice: Voice
    pairs: tuple[Pair, ...]
    conversations: int
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row a pair: call_id, next_call_id, agent_id, next_agent_id, seconds apart."""
        import pandas as pd

        columns = ["call_id", "next_call_id", "agent_id", "next_agent_id", "apart_s"]
        return pd.DataFrame([(p.first, p.second, *p.agents, p.apart_s) for p in self.pairs], columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many conversations look like transfers counted twice."""
        if self.note:
            return ()
        _, form = self.voice.say, self.voice.form
        if not self.pairs:
            text = _(
                "No conversation of {n} looks like the second half of a transfer.",
                n=form.number(self.conversations),
            )
            return (Sentence(text, "good"),)
        text = _.ngettext(
            "{n} conversation of {all} begins within a minute after another agent's with the same contact: "
            "it may be a transfer counted twice.",
            "{n} conversations of {all} begin within a minute after another agent's with the same contact: "
            "they may be transfers counted twice.",
            len(self.pairs),
            all=form.number(self.conversations),
        )
        return (Sentence(text, "unknown"),)

    def table(self) -> TableView:
        """Return the first few pairs."""
        _, form = self.voice.say, self.voice.form
        heads = [_("First call"), _("Second call"), _("Agents"), Column(_("Seconds between"), "right")]
        lines = [
            [Cell(p.first, strong=True), p.second, " → ".join(p.agents), form.number(round(p.apart_s))]
            for p in self.pairs[:_MOST]
        ]
        left = len(self.pairs) - _MOST
        more = [_("{n} more", n=left)] if left > 0 else []
        note = _("A call and its transfer should have one id: join them in the mapping file.")
        return TableView(_("Conversations that may be one call"), heads, lines, (*more, note))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the pairs where there are any."""
        if self.note:
            return (Note(self.note),)
        return (self.verdict, *([self.table()] if self.pairs else []))


def transfers(dataset: Dataset) -> Transfers:
    """Look for conversations that begin where another agent's with the same contact ended."""
    voice = Voice.of(dataset)
    lacking = [f"calls.{c}" for c in _NEEDED if not dataset.has("calls", c)]
    if lacking:
        why = voice.reason(f"not computable: needs {', '.join(lacking)}")
        return Transfers(voice, (), 0, voice.say("Transfers: {why}.", why=why))
    talks = dataset.table("calls", "day").filter(nw.col("handled"))
    known = talks.filter(*(~nw.col(c).is_null() for c in ("contact_id", "agent_id", "local_started_at")))
    several = (
        known.group_by("contact_id", "day")
        .agg(agents=nw.col("agent_id").n_unique())
        .filter(nw.col("agents") > 1)
    )
    rows = records(known.join(several, on=["contact_id", "day"], how="inner").select(*_read(dataset)))
    total = records(talks.select(n=nw.len()))[0]["n"]
    return Transfers(voice, tuple(_pairs(rows)), int(total))


def _read(dataset: Dataset) -> list[str]:
    return ["call_id", *_NEEDED, *(["hold_s"] if dataset.has("calls", "hold_s") else [])]


def _pairs(rows: list[dict[str, Any]]) -> list[Pair]:
    """Return neighbours of one contact, in time, whose second begins where the first ends."""
    ordered = sorted(rows, key=lambda r: (str(r["contact_id"]), r["local_started_at"], str(r["call_id"])))
    found = []
    for one, other in pairwise(ordered):
        if one["contact_id"] != other["contact_id"] or one["agent_id"] == other["agent_id"]:
            continue
        apart = (other["local_started_at"] - one["local_started_at"]).total_seconds() - _length(one)
        if abs(apart) <= TAKEN_OVER_S:
            ids = (str(one["call_id"]), str(other["call_id"]))
            found.append(Pair(*ids, (str(one["agent_id"]), str(other["agent_id"])), apart))
    return found


def _length(row: dict[str, Any]) -> float:
    return sum(float(row[c]) for c in ("talk_s", "hold_s") if c in row and not unknown(row[c]))
