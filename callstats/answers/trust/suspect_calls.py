"""Calls that may be wrong: outcome codes without a meaning, doubtful talk times, transfers counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.code_meanings import where_to_say
from callstats.answers.trust.searches import FLAGS, LONG_TALK_S, codes_without_meaning
from callstats.dataset.clock import unknown
from callstats.sources.content_shapes import as_call, as_code

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: The second agent of a transfer takes over within this time [s].
TAKEN_OVER_S = 60
_NEEDED = ("contact_id", "agent_id", "handled", "local_started_at", "talk_s")


@dataclass(frozen=True)
class Codes(Answer):
    """Statuses whose meaning is not defined.

    Attributes
    ----------
    voice : Voice
    unknown : mapping of str to int
        Code -> calls, most calls first.
    known : int
        Number of codes with a meaning.
    calls : int
        All calls with a code.
    note : str
        Why it cannot be determined; empty otherwise.
    remedy : str
        Where to say what the first of them means.
    """

    voice: Voice
    unknown: dict[str, int]
    known: int
    calls: int
    note: str = ""
    remedy: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per code without a meaning: code, calls, share."""
        import pandas as pd

        listed = [(code, n, self.share(n)) for code, n in self.unknown.items()]
        return pd.DataFrame(listed, columns=["code", "calls", "share"])

    def share(self, calls: int) -> float:
        """Return a number of calls as a share of the calls with a code."""
        return calls / self.calls


def codes(dataset: Dataset) -> Codes:
    """Find the codes with every flag from dial to conversation unknown."""
    voice = Voice.of(dataset)
    calls: dict[str, int] = {}
    if dataset.has("calls", "outcome_code") and any(dataset.has("calls", flag) for flag in FLAGS):
        coded = dataset.table("calls").filter(~nw.col("outcome_code").is_null())
        rows = records(coded.group_by("outcome_code").agg(rows=nw.len()))
        calls = {str(row["outcome_code"]): int(row["rows"]) for row in rows}
    if not calls:
        why = voice.reason("not computable: needs calls.outcome_code")
        return Codes(voice, {}, 0, 0, voice.say("Unknown codes: {why}.", why=why))
    unexplained = codes_without_meaning(dataset)
    remedy = where_to_say(dataset, voice.say, as_code(next(iter(unexplained)))) if unexplained else ""
    return Codes(voice, unexplained, len(calls) - len(unexplained), sum(calls.values()), remedy=remedy)


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
        Why it cannot be determined; empty otherwise.
    """

    voice: Voice
    conversations: int
    counts: dict[str, int]
    examples: dict[str, str]
    mean: float
    mean_without: float
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per kind: kind, calls, share, example."""
        import pandas as pd

        listed = [(kind, n, self.share(n), self.examples.get(kind, "")) for kind, n in self.counts.items()]
        return pd.DataFrame(listed, columns=["kind", "calls", "share", "example"])

    def share(self, calls: int) -> float:
        """Return a number of calls as a share of all conversations."""
        return calls / self.conversations if self.conversations else float("nan")

    @property
    def doubtful(self) -> int:
        """Number of doubtful conversations."""
        return sum(self.counts.values())


def durations(dataset: Dataset) -> Durations:
    """Find talk times that cannot be right."""
    voice = Voice.of(dataset)
    lacking = [c for c in ("handled", "talk_s") if not dataset.has("calls", c)]
    talks = None if lacking else dataset.table("calls").filter(nw.col("handled"))
    sums = _sums(talks) if talks is not None else {}
    if talks is None or sums["all"] == sums["unknown"]:
        columns = ", ".join(f"calls.{c}" for c in lacking) or "calls.talk_s"
        why = voice.reason(f"not computable: needs {columns}")
        nan = float("nan")
        return Durations(voice, 0, {}, {}, nan, nan, voice.say("Talk times: {why}.", why=why))
    counts = {kind: int(sums[kind]) for kind in _conditions()}
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
    """Return the number of conversations of every kind, and their talk time."""
    one, zero, talk = nw.lit(1.0), nw.lit(0.0), nw.col("talk_s").cast(nw.Float64)
    wrong = _conditions()
    counted = {kind: nw.when(condition).then(one).otherwise(zero) for kind, condition in wrong.items()}
    sound = ~wrong["unknown"] & (talk > 0) & (talk <= LONG_TALK_S)
    sums = records(
        talks.with_columns(
            **counted, all=one, talk=talk.fill_null(0.0), sound_talk=nw.when(sound).then(talk).otherwise(zero)
        ).select(nw.col("all", "talk", "sound_talk", *counted).sum())
    )[0]
    return {name: 0.0 if unknown(value) else float(value) for name, value in sums.items()}


def _example(talks: nw.LazyFrame, kind: str) -> str:
    named = [c for c in ("contact_id", "phone") if c in talks.collect_schema().names()]
    chosen = talks.filter(_conditions()[kind]).select("call_id", "talk_s", *named)
    first = records(chosen.sort("call_id").head(1))[0]
    talk = "" if unknown(first["talk_s"]) else f", talk_s {first['talk_s']:g}"
    return f"call_id {as_call(str(first['call_id']), *(first[c] for c in named))}{talk}"


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
        Why it cannot be determined; empty otherwise.
    """

    voice: Voice
    pairs: tuple[Pair, ...]
    conversations: int
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair: call_id, next_call_id, agent_id, next_agent_id, seconds apart."""
        import pandas as pd

        columns = ["call_id", "next_call_id", "agent_id", "next_agent_id", "apart_s"]
        return pd.DataFrame([(p.first, p.second, *p.agents, p.apart_s) for p in self.pairs], columns=columns)


def transfers(dataset: Dataset) -> Transfers:
    """Find conversations that begin where another agent's with the same contact ended."""
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
    """Return consecutive conversations of one contact where the second begins when the first ends."""
    ordered = sorted(rows, key=lambda r: (str(r["contact_id"]), r["local_started_at"], str(r["call_id"])))
    pairs = []
    for first, second in pairwise(ordered):
        if first["contact_id"] != second["contact_id"] or first["agent_id"] == second["agent_id"]:
            continue
        apart = (second["local_started_at"] - first["local_started_at"]).total_seconds() - _length(first)
        if abs(apart) <= TAKEN_OVER_S:
            person = first["contact_id"]
            ids = (as_call(str(first["call_id"]), person), as_call(str(second["call_id"]), person))
            pairs.append(Pair(*ids, (str(first["agent_id"]), str(second["agent_id"])), apart))
    return pairs


def _length(row: dict[str, Any]) -> float:
    return sum(float(row[c]) for c in ("talk_s", "hold_s") if c in row and not unknown(row[c]))
