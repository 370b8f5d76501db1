"""Which column of a file is which column of the model: by name and by values, with the runner-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callstats.sources.drafting.column_looks import ColumnLook
from callstats.sources.drafting.synonyms import (
    COST_WORDS,
    DIRECTIONS,
    STATE_WORDS,
    STATES,
    likeness,
    of_words,
)
from callstats.sources.outcome_words import kind_of

#: Below it a column is no candidate.
LEAST = 0.3
#: A runner-up is worth a comment from here.
WORTH_A_WORD = 0.45


@dataclass(slots=True)
class Choice:
    """The columns chosen of one table.

    Attributes
    ----------
    chosen : dict of str to str
        By column of the model: the column of the file.
    scores : dict of str to float
    others : dict of str to str
        The runner-up, where it comes near.
    """

    chosen: dict[str, str] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def take(self, to: str) -> str | None:
        """Take a helper column out of the choice, for a rule that is built from it."""
        self.scores.pop(to, None)
        return self.chosen.pop(to, None)


def choose(looks: Mapping[str, ColumnLook], listed: Mapping[str, str]) -> Choice:
    """Choose the best column for each column of a table; no column is taken twice.

    Parameters
    ----------
    looks : mapping of str to ColumnLook
    listed : mapping of str to str
        The names by which each column of the model is known.

    Examples
    --------
    >>> from callstats.sources.typed_cells import of_texts
    >>> from callstats.sources.drafting.column_looks import look
    >>> from callstats.sources.drafting.synonyms import CALLS
    >>> cells = {"Ref": ["1", "2"], "When": ["2024-09-09 12:00", "2024-09-10 09:05"]}
    >>> cells["Result"] = ["Sold", "No"]
    >>> choose({name: look(name, of_texts(values)) for name, values in cells.items()}, CALLS).chosen
    {'outcome_code': 'Result', 'call_id': 'Ref', 'started_at': 'When'}
    """
    scored = [
        (score(to, seen, names), to, name) for to, names in listed.items() for name, seen in looks.items()
    ]
    ranked = sorted((item for item in scored if item[0] >= LEAST), key=lambda item: -item[0])
    made = Choice()
    taken: set[str] = set()
    for points, to, name in ranked:
        if to in made.chosen:
            if to not in made.others and points >= WORTH_A_WORD and name != made.chosen[to]:
                made.others[to] = name
        elif name not in taken:
            made.chosen[to], made.scores[to] = name, points
            taken.add(name)
    used = set(made.chosen.values())
    made.others = {to: name for to, name in made.others.items() if name not in used}
    return made


def score(to: str, seen: ColumnLook, names: str) -> float:
    """Return how likely a column is the one of the model: by its name, as far as its values allow."""
    fits = _FITS.get(to, _any)(seen)
    if fits <= 0:
        return 0.0
    named = likeness(seen.name, names)
    alone = _BY_VALUES.get(to, _nothing)(seen)
    return round(max(named * fits, alone), 4)


def _any(seen: ColumnLook) -> float:
    return 0.0 if seen.kind == "empty" else 1.0


def _nothing(_: ColumnLook) -> float:
    return 0.0


def _identity(seen: ColumnLook) -> float:
    if seen.kind in ("moment", "date", "clock", "span", "flag", "empty") or seen.share < 0.3:
        return 0.0
    if seen.kind == "number" and not seen.whole:
        return 0.6 if seen.unit else 0.0
    return 1.0


def _call_id(seen: ColumnLook) -> float:
    return (
        _identity(seen) * (1.0 if seen.unique >= 0.98 else 0.5 + seen.unique / 2) if seen.share > 0.5 else 0.0
    )


def _name(seen: ColumnLook) -> float:
    """Agents, campaigns, lists: several rows share one, and none is a time."""
    if seen.kind in ("moment", "date", "clock", "span", "empty") or (
        seen.kind == "number" and not seen.whole
    ):
        return 0.0
    if seen.kind == "phone":
        return 0.3
    return 0.6 if seen.filled > 30 and seen.unique > 0.9 else 1.0


def _time(seen: ColumnLook) -> float:
    if not seen.is_time:
        return 0.0
    return 0.95 if seen.kind == "date" else (0.9 if seen.is_epoch else 1.0)


def _length(seen: ColumnLook) -> float:
    return 1.0 if seen.lasts and (seen.low >= 0 or -seen.low < seen.high) else 0.0


def _flag(seen: ColumnLook) -> float:
    if seen.kind == "flag" or (seen.kind == "number" and {"0", "1"} >= set(seen.counts)):
        return 1.0
    return 0.0


def _amount(seen: ColumnLook) -> float:
    return 1.0 if seen.kind == "number" and not seen.is_epoch else 0.0


def _count(seen: ColumnLook) -> float:
    return 1.0 if seen.kind == "number" and seen.whole and seen.low >= 0 else 0.0


def _direction(seen: ColumnLook) -> float:
    share = share_of(seen, lambda text: of_words(text, DIRECTIONS) is not None)
    known = share_of(seen, lambda text: bool(of_words(text, DIRECTIONS)))
    return 1.0 if share >= 0.5 and known > 0 else 0.0


def share_of(seen: ColumnLook, fits: Callable[[str], bool]) -> float:
    """Return the share of rows whose value fits."""
    total = sum(seen.counts.values())
    return sum(n for text, n in seen.counts.items() if fits(text)) / total if total else 0.0


def _outcome(seen: ColumnLook) -> float:
    if (
        seen.kind not in ("text", "flag", "number")
        or seen.distinct > 200
        or (seen.kind == "number" and not seen.whole)
    ):
        return 0.0
    if seen.distinct > 20 and seen.unique > 0.6:
        return 0.0
    known = share_of(seen, lambda text: kind_of(text) is not None)
    if seen.distinct == 1 and not known:  # a federal state, a country
        return 0.3
    if seen.kind == "number":
        return 0.6 if seen.typed or seen.distinct <= 30 else 0.0
    return 0.75 + 0.25 * known if seen.kind == "text" else 0.7


def _outcome_by_values(seen: ColumnLook) -> float:
    if seen.kind != "text" or seen.distinct > 60:
        return 0.0
    known = {text: kind for text in seen.counts if (kind := kind_of(text))}
    share = share_of(seen, known.__contains__)
    return 0.55 * share if len(set(known.values())) >= 2 and share >= 0.5 else 0.0


def _direction_by_values(seen: ColumnLook) -> float:
    kinds = (
        {of_words(text, DIRECTIONS) for text in seen.counts}
        if seen.kind == "text" and seen.distinct <= 12
        else set()
    )
    return 0.5 if kinds >= {"inbound", "outbound"} else 0.0


def _state(seen: ColumnLook) -> float:
    return (
        share_of(seen, lambda text: of_words(text, STATE_WORDS) is not None) if seen.distinct <= 60 else 0.0
    )


def _cost_kind(seen: ColumnLook) -> float:
    return share_of(seen, lambda text: of_words(text, COST_WORDS) is not None) if seen.distinct <= 40 else 0.0


def _period(seen: ColumnLook) -> float:
    return 1.0 if seen.kind in ("date", "text", "moment") else 0.0


_FITS: dict[str, Callable[[ColumnLook], float]] = {
    "call_id": _call_id, "contact_id": _identity, "_called": _identity, "_caller": _identity,
    "list_id": _name, "campaign_id": _name, "agent_id": _name, "direction": _direction,
    **dict.fromkeys(("started_at", "callback_at", "_answered_at", "_ended_at", "loaded_at", "start"), _time),
    "_time": lambda seen: 1.0 if seen.times_of_day else 0.0,
    "outcome_code": _outcome, "value": _amount, "amount": _amount, "state": _state, "kind": _cost_kind,
    "period": _period,
    "pause_code": _name, "seconds": _length, "_repeat": _count,
    **dict.fromkeys(("ring_s", "queue_s", "talk_s", "hold_s", "wrap_s"), _length),
    **dict.fromkeys(
        ("connected", "live", "handled", "abandoned", "right_party", "success", "do_not_call",
         "cancelled", "paid", "consent"),
        _flag,
    ),
}  # fmt: skip
_BY_VALUES: dict[str, Callable[[ColumnLook], float]] = {
    "started_at": lambda seen: 0.34 if seen.is_time and seen.share > 0.9 else 0.0,
    "outcome_code": _outcome_by_values,
    "direction": _direction_by_values,
    "contact_id": lambda seen: 0.31 if seen.kind == "phone" else 0.0,
}


def states_of(looks: Mapping[str, ColumnLook]) -> dict[str, str]:
    """Return the columns that hold an agent's time in each state, one column a state."""
    lasting = {name: seen for name, seen in looks.items() if seen.lasts}
    made = choose_lengths(lasting)
    return {state: made[state] for state in STATES if state in made}


def choose_lengths(looks: Mapping[str, ColumnLook]) -> dict[str, str]:
    """Choose the column of each state by its name."""
    ranked = sorted(
        ((likeness(name, names), state, name) for state, names in STATES.items() for name in looks),
        key=lambda item: -item[0],
    )
    chosen: dict[str, str] = {}
    for points, state, name in ranked:
        if points >= 0.6 and state not in chosen and name not in chosen.values():
            chosen[state] = name
    return chosen
