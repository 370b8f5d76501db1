"""How a service report is presented: service level, abandonment, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.figure_telling import judged, since, with_interval
from callstats.answers.campaign.opening_telling import Opening
from callstats.answers.core.telling import Sentence, Telling, Verdict, View, tells
from callstats.answers.service.queue_service import Service
from callstats.show.digits import unknown

if TYPE_CHECKING:
    from callstats.answers.campaign.portrait_numbers import Figure
    from callstats.show.display import Tone

_TONES: dict[bool | None, Tone] = {True: "good", False: "bad", None: "neutral"}


class _QueueOpening(Opening):
    leads = ("service_level", "average_speed_of_answer")

    def headline(self) -> str:
        """Return nothing where no call came in."""
        return super().headline() if self._main() is not None else ""


@tells(Service)
class ServiceTelling(Telling[Service]):
    """Presents the service of a period."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Return at most three sentences: service level, abandonment, what to do next."""
        sentences = (self._service_level(), self._lost(), self._next())
        return tuple(sentence for sentence in sentences if sentence is not None)

    def verdict(self) -> Verdict:
        """Return the headline above the sentences."""
        nothing = Sentence(self.say("Too little data for a verdict."), "unknown")
        return Verdict(self.sentences() or [nothing], _QueueOpening(self.answer.figures).headline())

    def _service_level(self) -> Sentence | None:
        """State the service level against target and the other period."""
        _, voice, figures = self.say, self.voice, self.answer.figures
        level = figures.figures["service_level"]
        if level.now.note.startswith("undefined"):
            return Sentence(_("No call came in: nothing can be said of service."), "unknown")
        if not level.now.known:
            return None
        text = _(
            "{kpi} in {period}: {value}",
            kpi=self.kpi(level.kpi),
            period=figures.period,
            value=with_interval(level, voice),
        )
        moved = since(level, voice, figures.earlier) if figures.earlier else ""
        return Sentence(_.joined([f"{text}{judged(level, voice)}", moved]) + ".", _TONES[level.met])

    def _lost(self) -> Sentence | None:
        """State how many gave up, and how soon callers do so if left waiting."""
        rate = self.answer.figures.figures["abandon_rate_inbound"]
        if not rate.now.known:
            return None
        _, voice = self.say, self.voice
        text = _(
            "{value} of the callers gave up{judged}",
            value=with_interval(rate, voice),
            judged=judged(rate, voice),
        )
        tone, median = _tone_of_lost(rate), self.answer.patience.median
        if median is None or unknown(median.estimate):
            return Sentence(f"{text}.", tone)
        half = self.form.value(median.estimate, "s", median.low, median.high)
        return Sentence(
            _("{what}; left waiting, half would give up within {time}.", what=text, time=half), tone
        )

    def _next(self) -> Sentence | None:
        """State what to do: add agents in understaffed half hours, or nothing."""
        _, cover = self.say, self.answer.cover
        if cover.gaps:
            spans, hours = cover.telling.gaps_in_words(), self.form.number(cover.missing, 1)
            text = _(
                "Next: put agents where they are missing ({spans}), {hours} agent-hours a day in all.",
                spans=spans,
                hours=hours,
            )
            return Sentence(text, "bad")
        if not cover.staffing.needs or unknown(cover.spare):
            return None
        if self.answer.figures.figures["service_level"].met is False:
            return Sentence(
                _("Next: look at pauses and peaks; on average there were agents enough at every half hour."),
                "bad",
            )
        return Sentence(
            _("Next: nothing has to change; there were agents enough at every half hour."), "good"
        )

    def plot(self, ax: Any = None, kpi: str = "service_level") -> Any:
        """Draw one key figure now and before; the parts have their own plots."""
        return self.answer.figures.plot(kpi, ax)

    def views(self) -> tuple[View, ...]:
        """Return the verdict and every part, as the report shows them."""
        views: list[View] = [self.answer.verdict]
        for part in self.answer.parts.values():
            views += part.views()
        return tuple(views)


def _tone_of_lost(rate: Figure) -> Tone:
    """Return the tone: bad only for too many; losing fewer than the target band does no harm."""
    if rate.met is False:
        return "bad" if rate.now.low > (rate.limits[1] or 0.0) else "good"
    return _TONES[rate.met]
