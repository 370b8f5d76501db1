"""Key figures from numbers: value, interval, target and change in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from callstats.show.calendar import SPACE
from callstats.show.digits import unknown
from callstats.show.display import Bullet, KeyFigure, Outcome
from callstats.show.format import Formatter
from callstats.show.words import words


def key_figure(  # noqa: PLR0913 - all but five by keyword
    name: str,
    label: str,
    unit: str,
    value: float | None,
    formatter: Formatter,
    *,
    # how certain it is
    low: float | None = None,
    high: float | None = None,
    n: float | None = None,
    # what it should be
    target_low: float | None = None,
    target_high: float | None = None,
    met: bool | None = None,
    # what it was
    change: float | None = None,
    change_low: float | None = None,
    change_high: float | None = None,
    recent: Sequence[float | None] = (),
    direction: str = "neutral",
    note: str = "",
) -> KeyFigure:
    """Format a key figure.

    An arrow appears only if the interval of the change excludes zero; otherwise the
    change is "within the usual variation".

    Parameters
    ----------
    name, label, unit, direction : str
        Of the KPI, from the catalogue.
    value, low, high : float or None
        In the KPI's unit.
    n : float, optional
        Independent units behind the value.
    target_low, target_high : float, optional
        The smallest and largest value that meets the target.
    met : bool, optional
        Whether it does; None if it cannot be told.
    change, change_low, change_high : float, optional
        Difference from the other period, with its interval.
    recent : sequence of float or None
        Values of earlier periods, the latest last.
    note : str
        Already translated.

    Examples
    --------
    >>> roi = key_figure("roi", "ROI", "%", 0.31, Formatter(), change=0.04, change_low=-0.1, change_high=0.18)
    >>> roi.change, roi.arrow
    ('within the usual variation', 'none')
    """
    _ = words(formatter.language)
    goal = goal_words(target_low, target_high, unit, formatter)
    certain = excludes_zero(change_low, change_high)
    known_interval = not (unknown(low) or unknown(high))
    outcome, outcome_text = _outcome(met, formatter) if goal and not unknown(value) else ("", "")
    return KeyFigure(
        name=name,
        label=label,
        value=formatter.value(value, unit, low, high),
        interval=formatter.interval(low, high, unit, value=value) if known_interval else "",
        n="" if unknown(n) else _("n = {n}", n=formatter.number(n)).replace(" ", SPACE),
        target=_("target: {goal}", goal=goal) if goal else "",
        bullet=bullet(value, low, high, target_low, target_high),
        change=_change(change, change_low, change_high, unit, formatter),
        change_interval=""
        if unknown(change_low) or unknown(change_high)
        else formatter.interval(change_low, change_high, unit, change=True, value=change),
        arrow=("up" if change > 0 else "down") if certain and change else "none",
        good=is_good(change, direction) if certain else None,
        note=note,
        outcome=outcome,
        outcome_text=outcome_text,
        recent=tuple(recent) if sum(not unknown(each) for each in recent) > 1 else (),
    )


def _outcome(met: bool | None, formatter: Formatter) -> tuple[Outcome, str]:
    _ = words(formatter.language)
    told: dict[bool | None, tuple[Outcome, str]] = {
        True: ("met", _("met")),
        False: ("missed", _("missed")),
        None: ("open", _("too close")),
    }
    return told[met]


def excludes_zero(low: float | None, high: float | None) -> bool:
    """Return whether an interval is known and excludes zero.

    Examples
    --------
    >>> excludes_zero(0.1, 0.2), excludes_zero(-0.1, 0.2), excludes_zero(None, None)
    (True, False, False)
    """
    return not (unknown(low) or unknown(high)) and (low > 0 or high < 0)  # type: ignore[operator]


def is_good(change: float | None, direction: str) -> bool | None:
    """Return whether a change is good news; None if the KPI has no better direction.

    Examples
    --------
    >>> is_good(-0.02, "down"), is_good(0.02, "band")
    (True, None)
    """
    if unknown(change) or direction not in {"up", "down"} or change == 0:
        return None
    return (change > 0) == (direction == "up")  # type: ignore[operator]


def goal_words(low: float | None, high: float | None, unit: str, formatter: Formatter) -> str:
    """Return a value's target in words; "" if it has none.

    Examples
    --------
    >>> goal_words(None, 0.03, "%", Formatter())
    'at most 3%'
    """
    _ = words(formatter.language)
    if unknown(low) and unknown(high):
        return ""
    if unknown(high):
        return _("at least {value}", value=formatter.goal(low, unit))
    if unknown(low):
        return _("at most {value}", value=formatter.goal(high, unit))
    return _("{low} to {high}", low=formatter.goal(low, unit), high=formatter.goal(high, unit))


def _change(
    change: float | None, low: float | None, high: float | None, unit: str, formatter: Formatter
) -> str:
    if unknown(change):
        return ""
    if not (unknown(low) or unknown(high) or excludes_zero(low, high)):
        return words(formatter.language)("within the usual variation")
    return formatter.change(change, unit, low, high)


def bullet(
    value: float | None,
    low: float | None,
    high: float | None,
    target_low: float | None,
    target_high: float | None,
    *others: float | None,
) -> Bullet | None:
    """Return value, interval and target on a scale that fits them all, and any further values.

    None if it would show only the value.

    Examples
    --------
    >>> bullet(2.0, 1.0, 3.0, None, 4.0).max
    4.45
    """
    low, high, target_low, target_high = (_finite(end) for end in (low, high, target_low, target_high))
    known = [end for end in (low, high, target_low, target_high, *map(_finite, others)) if end is not None]
    middle = _finite(value)
    if middle is None or not known:
        return None
    known.append(middle)
    room = 0.15 * (max(known) - min(known)) or 0.2 * abs(max(known)) or 1.0
    least = min(known) - room
    least = 0.0 if min(known) >= 0 > least else least
    return Bullet(middle, low, high, target_low, target_high, min=least, max=max(known) + room)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
