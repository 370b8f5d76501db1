"""How often to call: what each further attempt still reaches and earns, and where to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from callstats.answers.campaign.attempts_numbers import (
    ENDS,
    NEEDED,
    Attempt,
    AttemptSums,
    DialCosts,
    added_up,
    competing_ends,
    dial_costs,
    enough_at_risk,
    life_table,
    sums_by_attempt,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import ask_of_callers
from callstats.answers.core.estimates import NAN, Change, change
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.voice import Voice
from callstats.stats.incidence import Incidence, cumulative_incidence
from callstats.stats.multiplicity import bonferroni_confidence
from callstats.stats.results import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import TableView

#: Attempts with fewer contacts at risk are not shown: their share is mostly chance.
FEWEST_AT_RISK = 30


@dataclass(frozen=True)
class Attempts(Answer):
    """Attempts in order, with the cost of a dial if costs are known.

    Attributes
    ----------
    confidence : float
        Of every interval separately.
    attempts : tuple of Attempt
    cost_per_dial : float
        Labour and technical cost of an average dial [money].
    ends : Incidence or None
        Share of contacts that ended as a success, refusal, invalid number or
        do-not-call by each attempt; None if no contact is ever closed.
    """

    voice: Voice
    period: str
    confidence: float
    attempts: tuple[Attempt, ...]
    cost_per_dial: float = NAN
    notes: tuple[str, ...] = ()
    ends: Incidence | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per attempt with everything of :class:`Attempt`."""
        import pandas as pd

        names = Attempt.__slots__
        return pd.DataFrame([[getattr(a, n) for n in names] for a in self.attempts], columns=list(names))

    def ends_frame(self) -> pd.DataFrame:
        """Return one row per attempt and end: attempt, end, share, low, high."""
        import pandas as pd

        ends = self.ends
        rows = [
            (attempt.number, name, ends.estimate[name][i], ends.low[name][i], ends.high[name][i])
            for i, attempt in enumerate(self.attempts)
            for name in (ENDS if ends else ())
            if ends is not None
        ]
        return pd.DataFrame(rows, columns=["attempt", "end", "share", "low", "high"])

    @property
    def stop(self) -> int | None:
        """The last attempt before the first shown to earn less than it costs; None if there is none."""
        for attempt in self.attempts:
            if attempt.profit_high < 0:
                return attempt.number - 1
        return None

    @property
    def paying(self) -> int | None:
        """The last attempt up to which all are shown to earn more than they cost."""
        last = None
        for attempt in self.attempts:
            if not attempt.profit_low > 0:
                break
            last = attempt.number
        return last

    @property
    def best_stop(self) -> int | None:
        """The stop with the largest estimated profit per contact; None if unknown."""
        known = [a for a in self.attempts if a.profit_so_far == a.profit_so_far]
        return max(known, key=lambda a: a.profit_so_far).number if known else None

    @property
    def stop_range(self) -> tuple[int, int | None]:
        """The earliest and latest stop the intervals allow; the latest is None if unbounded.

        All attempts up to the earliest are shown to pay; the one after the
        latest is shown not to.
        """
        return self.paying or 0, self.stop

    @property
    def priced(self) -> bool:
        """Whether the cost of dials and the value of successes are known."""
        return self.cost_per_dial > 0 and any(a.value > 0 for a in self.attempts)

    def ends_table(self) -> TableView:
        """Return how contacts have ended by each attempt, as mutually exclusive ends."""
        return self.telling.ends_table()


@dataclass(frozen=True)
class AttemptsBy(Answer):
    """Life tables of several groups.

    Attributes
    ----------
    confidence : float
        Of the intervals: separately in the life tables, jointly in the changes.
    by : str
    groups : mapping of group to Attempts
        Those with enough contacts, most dials first.
    depth : int
        The last attempt that all of them have, at which they are compared; 0 if none.
    changes : mapping of group to Change
        Share reached by then minus that of all the other groups; the intervals
        hold for all groups jointly.
    """

    voice: Voice
    period: str
    confidence: float
    by: str
    groups: Mapping[Any, Attempts]
    depth: int
    changes: Mapping[Any, Change]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per group and attempt, with everything of an attempt."""
        import pandas as pd

        frames = [table.to_frame().assign(**{self.by: group}) for group, table in self.groups.items()]
        if not frames:
            return pd.DataFrame()
        whole = pd.concat(frames, ignore_index=True)
        return whole.set_index(self.by).reset_index()


@overload
def attempts(
    dataset: Dataset, period: str | Period | None = None, *, by: None = None, fewest: int = FEWEST_AT_RISK
) -> Attempts: ...
@overload
def attempts(
    dataset: Dataset, period: str | Period | None = None, *, by: str, fewest: int = FEWEST_AT_RISK
) -> AttemptsBy: ...
def attempts(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    by: str | None = None,
    fewest: int = FEWEST_AT_RISK,
) -> Attempts | AttemptsBy:
    """Return what each further attempt of a period reaches and earns.

    Parameters
    ----------
    dataset : Dataset
        Not narrowed to the period: whether a contact had been reached before
        depends on all earlier dials.
    period : str or Period, optional
        The attempts made in it are reported.
    by : str, optional
        A column (``list_id``): a life table for each of its values, compared at the same attempt.
    fewest : int
        With fewer contacts at risk, an attempt and all after it are not shown.

    Returns
    -------
    Attempts or AttemptsBy
        At risk at attempt k are the contacts that got a k-th dial and had been
        neither reached nor closed; those dialled less often are censored, so that
        a younger list is not penalised. The marginal profit of attempt k is the value
        of its successes per dial minus the technical cost of a dial and the agents'
        time it takes.

    Raises
    ------
    UsageError
        The period contains no call, or no table has the column.

    References
    ----------
    1. Weinberg CR, Gladen BC (1986). The beta-geometric distribution applied to
       comparative fecundability studies. Biometrics 42:547-560.
    2. Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure
       Time Data, 2nd ed., sections 1.4 and 8.2.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("12345"), "contact_id": list("aabbc"), "direction": "outbound",
    ...     "attempt_no": [1, 2, 1, 2, 1], "live": [False, True, False, False, True],
    ... })
    >>> [(a.at_risk, a.reached) for a in attempts(Dataset({"calls": calls}), fewest=1).attempts]
    [(3, 1), (2, 1)]
    """
    about = scope(dataset, period)
    if not about.now.has("calls", *NEEDED):
        columns = ", ".join(f"calls.{c}" for c in NEEDED if not about.now.has("calls", c))
        why = about.voice.reason(f"not computable: needs {columns}")
        return _untold(about, about.voice.say("By attempt: {why}.", why=why))
    if by is not None:
        dataset.check_key(by)
        return _attempts_by(about, by, fewest)
    rows = added_up(sums_by_attempt(about))
    return _life_table(about, rows, fewest, dial_costs(about.now, {None: rows})[None])


def _untold(about: Scope, note: str) -> Attempts:
    """Return an answer without attempts, with the reason."""
    return Attempts(about.voice, about.label, about.whole.config.confidence, (), notes=(note,))


def _life_table(about: Scope, rows: list[AttemptSums], fewest: int, cost: DialCosts) -> Attempts:
    """Return the life table of sums by attempt, or a note if there are too few contacts."""
    unknown = sum(row["unknown"] for row in rows) / max(sum(row["dials"] for row in rows), 1)
    if unknown > about.whole.config.unknown_tolerance:
        why = about.voice.reason(f"not computable: live is unknown for {100 * unknown:.0f} % of dials")
        return _untold(about, about.voice.say("By attempt: {why}.", why=why))
    confidence = about.whole.config.confidence
    table = life_table(rows, fewest, cost, confidence)
    if not table:
        least = about.voice.say(
            "By attempt: too little data, fewer than {n} contacts with a known outcome.", n=fewest
        )
        return _untold(about, ask_of_callers(about.voice, about.now) or least)
    ends = competing_ends(rows, fewest, confidence)
    return Attempts(about.voice, about.label, confidence, table, cost.average, (), ends)


def _attempts_by(about: Scope, by: str, fewest: int) -> AttemptsBy:
    """Return the life table of every value of a column; those with too few contacts get a note."""
    sums = sums_by_attempt(about, by)
    costs = dial_costs(about.now, sums, by)
    tables = {group: _life_table(about, rows, fewest, costs[group]) for group, rows in sums.items()}
    enough = {group: table for group, table in tables.items() if table.attempts}
    order = sorted(enough, key=lambda g: (-sum(a.dials for a in enough[g].attempts), str(g)))
    notes = [
        about.voice.say.headed(about.voice.label(g), table.notes[0])
        for g, table in tables.items()
        if not table.attempts
    ]
    groups = {group: enough[group] for group in order}
    depth = min((table.attempts[-1].number for table in groups.values()), default=0)
    first = {table.attempts[0].number for table in groups.values()}
    if len(first) > 1:
        depth = 0
    confidence = about.whole.config.confidence
    compared = {g: sums[g] for g in groups} if depth and len(groups) > 1 else {}
    changes = _changes(compared, depth, fewest, confidence)
    return AttemptsBy(about.voice, about.label, confidence, by, groups, depth, changes, tuple(notes))


def _changes(
    sums: Mapping[Any, list[AttemptSums]], depth: int, fewest: int, confidence: float
) -> dict[Any, Change]:
    """Return each group's share reached minus that of the others; with two groups, only the first's."""
    tested = list(sums) if len(sums) > 2 else list(sums)[:1]
    level = bonferroni_confidence(confidence, len(tested))
    changes = {}
    for group in tested:
        rest = added_up({g: rows for g, rows in sums.items() if g != group})
        changes[group] = change(*(_reached(rows, depth, fewest, level) for rows in (sums[group], rest)))
    return changes


def _reached(rows: list[AttemptSums], depth: int, fewest: int, confidence: float) -> Interval:
    """Return the share reached by an attempt, had all been dialled that often."""
    shown = [row for row in enough_at_risk(rows, fewest) if row["attempt_no"] <= depth]
    at_risk, reached = ([row[c] for row in shown] for c in ("at_risk", "reached"))
    incidence = cumulative_incidence(at_risk, {"reached": reached}, confidence=confidence)
    numbers = (incidence.estimate, incidence.low, incidence.high)
    share, low, high = (float(by_end["reached"][-1]) for by_end in numbers)
    return Interval(share, low, high, "kaplan-meier", confidence)
