"""What a life table of attempts says: what is reached, how contacts end, where to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.show.display import Sentence
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.answers.campaign.attempts.analysis import Attempts

_NAMES = {
    "success": mark("success"),
    "refusal": mark("refusal"),
    "invalid": mark("invalid number"),
    "do_not_call": mark("do not call"),
}


def end_name(result: Attempts, end: str) -> str:
    """Return what an end is called."""
    return result.voice.say(_NAMES[end])


def reach(result: Attempts) -> Sentence:
    """Say what the first and the last attempt reach, and all together."""
    _, form = result.voice.say, result.voice.form
    first, last = result.attempts[0], result.attempts[-1]
    said = {
        "first": form.value(first.hazard, "%", first.low, first.high),
        "k": last.number,
        "j": first.number,
    }
    if len(result.attempts) == 1:
        return Sentence(_("Attempt {j} reaches {first} of the contacts.", **said))
    said["last"] = form.value(last.hazard, "%", last.low, last.high)
    said["k"] = last.number
    said["all"] = form.percent(last.cumulative)
    text = _(
        "Attempt {j} reaches {first} of the contacts, attempt {k} still {last} of those left; "
        "all attempts together reach {all}.",
        **said,
    )
    return Sentence(text)


def worth(result: Attempts) -> Sentence:
    """Say which attempts are shown to pay, and from which one on none is."""
    _, form = result.voice.say, result.voice.form
    cost = form.money(result.cost_per_dial, 2)
    if result.stop is not None:
        at = result.attempts[result.stop - result.attempts[0].number + 1]
        said = {
            "k": at.number,
            "cost": form.money(at.cost, 2),
            "value": form.value(at.value, "money", at.value_low, at.value_high),
            "interval": form.interval(at.value_low, at.value_high, "money", value=at.value),
        }
        text = _(
            "Stop before attempt {k}: it brings {value} a dial ({interval}) at a cost of {cost}.", **said
        )
        return Sentence(text, "bad")
    if result.paying == result.attempts[-1].number:
        text = _("Every attempt brings more than its {cost} a dial: no reason to stop earlier.", cost=cost)
        return Sentence(text, "good")
    if result.paying is None:
        text = _(
            "Too little data to tell from which attempt on a dial brings less than its {cost}.", cost=cost
        )
        return Sentence(text, "unknown")
    text = _(
        "Up to attempt {k} a dial brings more than its {cost}; after that too little data to tell.",
        k=result.paying,
        cost=cost,
    )
    return Sentence(text, "unknown")


def stopping(result: Attempts) -> Sentence | None:
    """Say where to stop by the estimates, and which stops the data leave open."""
    best, (earliest, latest) = result.best_stop, result.stop_range
    if best is None or earliest in (latest, result.attempts[-1].number):
        return None
    _, form = result.voice.say, result.voice.form
    at = result.attempts[best - result.attempts[0].number]
    text = _(
        "By the estimates a contact earns most, {profit}, if dialled {best} times at most; "
        "the data leave open any stop from {earliest} to {latest} dials.",
        profit=form.money(at.profit_so_far, 2),
        best=best,
        earliest=earliest,
        latest=latest if latest is not None else _("more than {n}", n=result.attempts[-1].number),
    )
    return Sentence(text, "unknown")


def ending(result: Attempts) -> Sentence | None:
    """Say how contacts have ended after the last attempt, one end excluding the others."""
    if result.ends is None:
        return None
    _, form = result.voice.say, result.voice.form
    found = result.ends
    ends = [
        f"{end_name(result, name)} {form.value(share[-1], '%', found.low[name][-1], found.high[name][-1])}"
        for name, share in found.estimate.items()
    ]
    text = _(
        "After {k} attempts: {ends}; still in circulation {left}.",
        k=result.attempts[-1].number,
        ends=", ".join(ends),
        left=form.percent(result.ends.left[-1]),
    )
    return Sentence(text)
