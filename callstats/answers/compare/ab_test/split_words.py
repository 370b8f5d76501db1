"""What is said of a split: how the work, the contacts and the counts set the arms apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.answers.compare.ab_test.balance import Balance
from callstats.show.display import Sentence
from callstats.show.words import mark
from callstats.stats import SampleRatio

if TYPE_CHECKING:
    from callstats.answers.compare.ab_test.split import Split

#: A split is off when it is by more than chance (p) and by more than this share.
OFF_P, OFF_SHARE = 0.001, 0.01
#: Arms whose dials to contacts not reached differ by more than this factor were dialled to different depth.
DEPTH = 1.25
#: What is said of contacts left out or doubtful, by field of LeftOut.
_COUNTED = {
    "both": mark(
        "{shown} contact is in both arms and left out.", "{shown} contacts are in both arms and left out."
    ),
    "early": mark(
        "{shown} contact was loaded before the period and is left out.",
        "{shown} contacts were loaded before the period and are left out.",
    ),
    "beyond": mark(
        "{shown} contact was loaded after the planned ones and is left out: to count on is to look again.",
        "{shown} contacts were loaded after the planned ones and are left out: to count on is to look again.",
    ),
    "strangers": mark(
        "{shown} contact was dialled without having been loaded and is left out.",
        "{shown} contacts were dialled without having been loaded and are left out.",
    ),
    "crossed": mark(
        "{shown} contact was dialled under the other arm; it counts where it was assigned.",
        "{shown} contacts were dialled under the other arm; they count where they were assigned.",
    ),
    "earlier": mark(
        "{shown} contact was dialled before the data begin; its first calls are missing.",
        "{shown} contacts were dialled before the data begin; their first calls are missing.",
    ),
    "undated": mark(
        "{shown} contact has no known time of loading and is followed from the first dial.",
        "{shown} contacts have no known time of loading and are followed from the first dial.",
    ),
}


def is_off(check: SampleRatio) -> bool:
    """Tell whether a split is off by more than chance and by more than a point."""
    return check.p_value < OFF_P and check.departure >= OFF_SHARE


def named(b: Balance) -> str:
    """Return an attribute, with its value where it is one of several."""
    return f"{b.name} ({b.level})" if b.level else b.name


def cautions(split: Split) -> tuple[Sentence, ...]:
    """Return everything to bear in mind when the arms are compared."""
    found = [Sentence(text, "unknown") for text in (*_dealt(split), *_worked(split))]
    return (*found, *_known(split), *(Sentence(text, "unknown") for text in _counts(split)))


def _dealt(split: Split) -> list[str]:
    _, form = split.voice.say, split.voice.form
    if split.dialled_check is None or not is_off(split.dialled_check):
        return []
    said = {
        "share": form.percent(split.dialled_check.estimate),
        "plan": form.percent(float(split.dialled_check.expected[0])),
        "name": split.names[0],
    }
    text = _(
        "{share} of the contacts dialled are in {name}, of those loaded {plan}: one arm was served first.",
        **said,
    )
    return [text]


def _worked(split: Split) -> list[str]:
    """What the calls did differently to the arms."""
    _, form, found = split.voice.say, split.voice.form, []
    low, high = sorted(split.depth)
    if low > 0 and high > DEPTH * low:
        said = {n: form.number(d, 1) for n, d in zip(("a", "b"), split.depth, strict=True)}
        found.append(
            _("The arms were dialled to different depth: {a} and {b} dials to a contact not reached.", **said)
        )
    if split.hours.off:
        share = form.percent(split.hours.share, 0)
        found.append(_("The arms were dialled at different hours ({share} of the dials apart).", share=share))
    if split.nested and not split.broken:
        found.append(_("Each arm has its own agents: they are part of what is compared."))
    elif split.agents.off and not split.nested:
        share = form.percent(split.agents.share, 0)
        text = _(
            "The arms were worked by different agents ({share} of the conversations apart).", share=share
        )
        found.append(text)
    return found


def _known(split: Split) -> list[Sentence]:
    """Attributes that set the arms apart: of two bought lists they are what is compared."""
    _ = split.voice.say
    off = ", ".join([named(b) for b in split.balance if b.off][:5])
    if not off:
        return []
    if split.loaded_check is None:
        return [Sentence(_("The lists differ in {names}: that is part of what is compared.", names=off))]
    return [Sentence(_("The arms differ in what was known before: {names}.", names=off), "unknown")]


def _counts(split: Split) -> list[str]:
    """Who was left out or is doubtful."""
    _, number = split.voice.say, split.voice.form.number
    found = [] if split.whole else [_("No table of contacts: those never dialled are unknown and missing.")]
    for name, message in _COUNTED.items():
        n = int(getattr(split.left_out, name))
        if n:
            found.append(_.ngettext(*message, n, shown=number(n)))
    return found
