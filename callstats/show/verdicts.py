"""The sentences the evidence supports, and no others.

Evidence of a difference; no evidence of one (which is not "no difference");
too little data to tell, and how much more is needed; not comparable, and why.
"As good as" only within a margin set beforehand. Each function takes
plain numbers and returns a :class:`~callstats.show.display.Sentence`.
"""

from __future__ import annotations

import math

from callstats.show.digits import unknown
from callstats.show.display import Sentence, Tone
from callstats.show.format import Formatter
from callstats.show.key_figures import excludes_zero, goal_words, is_good
from callstats.show.words import mark, words

_MISSING = {
    "contact": mark("About {shown} more contact is needed.", "About {shown} more contacts are needed."),
    "call": mark("About {shown} more call is needed.", "About {shown} more calls are needed."),
    "conversation": mark(
        "About {shown} more conversation is needed.", "About {shown} more conversations are needed."
    ),
    "agent": mark("About {shown} more agent is needed.", "About {shown} more agents are needed."),
    "agent_day": mark("About {shown} more agent-day is needed.", "About {shown} more agent-days are needed."),
    "respondent": mark("About {shown} more answer is needed.", "About {shown} more answers are needed."),
    "day": mark("About {shown} more day is needed.", "About {shown} more days are needed."),
}


def difference(
    kpi: str,
    name: str,
    control: str,
    formatter: Formatter,
    *,
    # the estimate of name minus control, in the KPI's unit
    estimate: float | None,
    low: float | None,
    high: float | None,
    unit: str,
    # how to read it
    direction: str = "neutral",
    margin: float | None = None,
    missing: float | None = None,
    missing_kind: str = "contact",
) -> Sentence:
    """State what a comparison of two groups supports.

    Parameters
    ----------
    kpi, name, control : str
        What was compared: label of the KPI, names of the groups.
    formatter : Formatter
    estimate, low, high : float or None
        Difference with its interval; None or nan if it cannot be computed.
    unit, direction : str
        Of the KPI.
    margin : float, optional
        Largest difference that does not matter, set before looking.
    missing : float, optional
        How many more units are needed to detect the difference that would matter;
        if given, an interval that includes zero is "too little data".
    missing_kind : str
        ``contact``, ``call``, ``conversation``, ``agent``, ``agent_day``,
        ``respondent`` or ``day``.

    Examples
    --------
    >>> sale = difference("Sales/h", "B", "A", Formatter(), estimate=0.04, low=-0.1, high=0.18, unit="1/h")
    >>> sale.text
    'Sales/h: no evidence of a difference between B and A; the data allow anything from −0.10/h to +0.18/h.'
    """
    _ = words(formatter.language)
    if unknown(estimate) or unknown(low) or unknown(high):
        return too_little(kpi, name, control, formatter, missing=missing, kind=missing_kind)
    fields = {
        "kpi": kpi,
        "name": name,
        "control": control,
        "change": formatter.change(estimate, unit, low, high),
        "interval": formatter.interval(low, high, unit, change=True, value=estimate),
        "margin": "" if margin is None else formatter.change(abs(margin), unit).removeprefix("+"),
    }
    if excludes_zero(low, high):
        higher = _("{kpi}: evidence that {name} is higher than {control}: {change} ({interval}).", **fields)
        lower = _("{kpi}: evidence that {name} is lower than {control}: {change} ({interval}).", **fields)
        return Sentence(higher if low > 0 else lower, _tone(estimate, direction))  # type: ignore[operator]
    allowed = _("the data allow anything from {interval}", **fields)
    within = _within_margin(low, high, margin, direction)
    if within == "both":
        return Sentence(
            _("{kpi}: {name} is as good as {control}, within a margin of {margin} ({interval}).", **fields)
        )
    if within == "not worse":
        return Sentence(
            _("{kpi}: {name} is not worse than {control} by more than {margin} ({interval}).", **fields)
        )
    if not unknown(missing):
        return too_little(kpi, name, control, formatter, missing=missing, kind=missing_kind)
    none = _(
        "{kpi}: no evidence of a difference between {name} and {control}; {allowed}.",
        **fields,
        allowed=allowed,
    )
    return Sentence(none)


def too_little(
    kpi: str,
    name: str,
    control: str,
    formatter: Formatter,
    *,
    missing: float | None = None,
    kind: str = "contact",
) -> Sentence:
    """State that there is too little data to tell, and how much more is needed if known.

    Examples
    --------
    >>> too_little("ROI", "B", "A", Formatter(), missing=1234.2).text
    'ROI: too little data to tell whether B and A differ. About 1,240 more contacts are needed.'
    """
    _ = words(formatter.language)
    text = _(
        "{kpi}: too little data to tell whether {name} and {control} differ.",
        kpi=kpi,
        name=name,
        control=control,
    )
    return Sentence(f"{text} {still_needed(missing, kind, formatter)}".strip(), "unknown")


def still_needed(missing: float | None, kind: str, formatter: Formatter) -> str:
    """Return how many more units are needed, rounded up to three digits; "" if unknown.

    Examples
    --------
    >>> still_needed(1, "day", Formatter("fr"))
    'Il manque environ 1 jour.'
    """
    if unknown(missing) or missing <= 0 or missing == float("inf"):  # type: ignore[operator]
        return ""
    rounded = _round_up(float(missing))  # type: ignore[arg-type]
    _ = words(formatter.language)
    return _.ngettext(*_MISSING[kind], rounded, shown=formatter.number(rounded))


def not_comparable(kpi: str, name: str, control: str, why: str, formatter: Formatter) -> Sentence:
    """State that two groups cannot be compared, and why.

    Examples
    --------
    >>> not_comparable("ROI", "B", "A", "each list has its own agents", Formatter()).text
    'ROI: B and A are not comparable: each list has its own agents.'
    """
    message = words(formatter.language)(
        "{kpi}: {name} and {control} are not comparable: {why}.",
        kpi=kpi,
        name=name,
        control=control,
        why=why.rstrip("."),
    )
    return Sentence(message, "unknown")


def change(
    kpi: str,
    formatter: Formatter,
    *,
    # the change since the other period, in the KPI's unit
    estimate: float | None,
    low: float | None,
    high: float | None,
    unit: str,
    # how to read it
    since: str,
    direction: str = "neutral",
) -> Sentence:
    """State how a KPI changed since another period.

    Examples
    --------
    >>> change("Sales/h", Formatter(), estimate=0.04, low=-0.1, high=0.18, unit="1/h", since="August").text
    'Sales/h: within the usual variation since August (−0.10/h to +0.18/h).'
    """
    _ = words(formatter.language)
    if unknown(estimate) or unknown(low) or unknown(high):
        return Sentence(
            _("{kpi}: too little data to tell a change since {since}.", kpi=kpi, since=since), "unknown"
        )
    fields = {
        "kpi": kpi,
        "since": since,
        "change": formatter.change(estimate, unit, low, high),
        "interval": formatter.interval(low, high, unit, change=True, value=estimate),
    }
    if not excludes_zero(low, high):
        return Sentence(_("{kpi}: within the usual variation since {since} ({interval}).", **fields))
    up = _("{kpi}: up since {since}, {change} ({interval}).", **fields)
    down = _("{kpi}: down since {since}, {change} ({interval}).", **fields)
    return Sentence(up if low > 0 else down, _tone(estimate, direction))  # type: ignore[operator]


def target(
    kpi: str,
    formatter: Formatter,
    *,
    value: float | None,
    low: float | None,
    high: float | None,
    unit: str,
    target_low: float | None = None,
    target_high: float | None = None,
) -> Sentence:
    """State whether a KPI meets its target: all of its interval does, none does, or it is undecided.

    Examples
    --------
    >>> target("ROI", Formatter(), value=0.31, low=0.2, high=0.42, unit="%", target_low=0.0).text
    'ROI: 31% (20% to 42%), target met (at least 0%).'
    """
    _ = words(formatter.language)
    fields = {
        "kpi": kpi,
        "value": formatter.value(value, unit, low, high),
        "interval": formatter.interval(low, high, unit, value=value),
        "target": goal_words(target_low, target_high, unit, formatter),
    }
    least = float("-inf") if unknown(target_low) else float(target_low)  # type: ignore[arg-type]
    most = float("inf") if unknown(target_high) else float(target_high)  # type: ignore[arg-type]
    if unknown(value) or unknown(low) or unknown(high):
        return Sentence(
            _("{kpi}: too little data to tell whether the target is met ({target}).", **fields), "unknown"
        )
    if least <= low and high <= most:  # type: ignore[operator]
        return Sentence(_("{kpi}: {value} ({interval}), target met ({target}).", **fields), "good")
    if high < least or low > most:  # type: ignore[operator]
        return Sentence(_("{kpi}: {value} ({interval}), target missed ({target}).", **fields), "bad")
    open_still = _("{kpi}: {value} ({interval}), too close to the target to tell ({target}).", **fields)
    return Sentence(open_still, "unknown")


def worth(successes: tuple[float, float], money: tuple[float, float], formatter: Formatter) -> str:
    """Return what an effect is worth per month, in successes and in money.

    Examples
    --------
    >>> worth((3, 9), (300, 900), Formatter())
    'In a month: +3 to +9 successes, +€300 to +€900.'
    """
    return words(formatter.language)(
        "In a month: {successes} successes, {money}.",
        successes=formatter.interval(*successes, "n", change=True),
        money=formatter.interval(*money, "money", change=True),
    )


def _tone(estimate: float | None, direction: str) -> Tone:
    good = is_good(estimate, direction)
    return "neutral" if good is None else "good" if good else "bad"


def _within_margin(low: float | None, high: float | None, margin: float | None, direction: str) -> str:
    """Return which side of the margin the interval stays on: both, "not worse", or none."""
    if margin is None or unknown(low) or unknown(high):
        return ""
    above, below = low > -abs(margin), high < abs(margin)  # type: ignore[operator]
    if above and below:
        return "both"
    better = {"up": above, "down": below}.get(direction, False)
    return "not worse" if better else ""


def _round_up(count: float) -> int:
    """Round a count up to three significant digits, so as never to understate it."""
    step = 10 ** max(math.floor(math.log10(count)) - 2, 0)
    return math.ceil(count / step) * step
