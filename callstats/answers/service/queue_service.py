"""Inbound service of a period as one value, each part of which answers a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.portrait import Portrait, portrait
from callstats.answers.campaign.portrait_numbers import moved_figures
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import ask_of_dials, only_direction
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.voice import Voice
from callstats.answers.service.queue_issues import (
    FirstCall,
    Opinions,
    Solving,
    first_call,
    opinions,
    solving,
)
from callstats.answers.service.queue_load import Handling, Volume, handling, volume
from callstats.answers.service.queue_numbers import queues, received
from callstats.answers.service.queue_waits import (
    Patience,
    Promise,
    Waiting,
    patience,
    promise,
    waiting,
)
from callstats.answers.service.staffing import Cover, cover
from callstats.dataset.filters import Filters
from callstats.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import KeyFigures, Record

#: The figures at the top of a service report.
KPIS = (
    "service_level",
    "average_speed_of_answer",
    "abandon_rate_inbound",
    "first_call_resolution",
    "csat",
    "nps",
    "average_handle_time",
    "occupancy",
)
#: For these, only calls received count if a campaign also dials.
_OF_CALLERS = ("csat", "nps", "average_handle_time")


@dataclass(frozen=True)
class Service(Answer):
    """The inbound service of a period; each part can display itself.

    Attributes
    ----------
    figures : Portrait
        Key figures against target and the comparison period.
    promise : Promise
        Service level under each definition, and by day.
    waiting : Waiting
        Waits of callers answered, and of those who gave up.
    patience : Patience
        When callers give up.
    first_call : FirstCall
        Issues solved at the first call.
    opinions : Opinions
        Satisfaction and recommendation, with response rates.
    solving : Solving
        Time until an issue is solved.
    volume : Volume
        When callers ring.
    handling : Handling
        How long a call takes.
    cover : Cover
        Agents needed by half hour against agents present.
    """

    voice: Voice
    period: str
    before: str
    figures: Portrait
    promise: Promise
    waiting: Waiting
    patience: Patience
    first_call: FirstCall
    opinions: Opinions
    solving: Solving
    volume: Volume
    handling: Handling
    cover: Cover

    def plot(self, kpi: str = "service_level", ax: Any = None) -> Any:
        """Draw one key figure now and before; the parts have their own plots."""
        return self.telling.plot(ax, kpi)

    @property
    def parts(self) -> dict[str, Answer]:
        """The parts by name, in the order of the report."""
        return {name: getattr(self, name) for name in PARTS}

    def to_frame(self) -> pd.DataFrame:
        """Return the key figures: kpi, value, low, high, n, targets, before, change, note."""
        return self.figures.to_frame()

    def key_figures(self) -> KeyFigures:
        """Return the key figures as cards."""
        return self.figures.key_figures()

    def record(self) -> Record:
        """Return the figures in full precision, for the report's JSON."""
        return self.figures.record()


#: Names of the parts, in the order of the report.
PARTS = (
    "figures",
    "promise",
    "waiting",
    "patience",
    "first_call",
    "opinions",
    "solving",
    "volume",
    "handling",
    "cover",
)


def service(
    dataset: Dataset,
    period: str | Period | None = None,
    compare_with: str | Period | None = "previous",
    *,
    repeat_days: int = 7,
) -> Service:
    """Return how the callers of a period were served.

    Parameters
    ----------
    dataset : Dataset
        With calls received; narrowed to a queue if there are several. Campaigns that
        take no calls are left out.
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    repeat_days : int
        A caller who rings again within this many days was not helped at the first call.

    Returns
    -------
    Service
        ``.verdict``, ``.to_frame()`` and the parts ``.figures``, ``.promise``, ``.waiting``,
        ``.patience``, ``.first_call``, ``.opinions``, ``.solving``, ``.volume``, ``.handling``
        and ``.cover``. Missing data are noted in the part concerned.

    Raises
    ------
    UsageError
        The period contains no call, or ``repeat_days`` is not positive.

    Notes
    -----
    Callers should be answered within the project's ``answer_within_s`` (20 s).
    Patience and time to resolution are Kaplan-Meier curves: an answer censors a
    caller's patience, the end of the data an open issue [1]_. Agents needed are
    by Erlang A with the observed patience of callers [2]_.

    References
    ----------
    .. [1] Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete
       observations. JASA 53:457-481.
    .. [2] Mandelbaum A, Zeltyn S (2007). Service engineering in action: the
       Palm/Erlang-A queue. In Advances in Services Innovations. Springer.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("12345"), "direction": "inbound", "queue_s": [0.0, 5.0, 10.0, 60.0, 40.0],
    ...     "handled": [True, True, True, True, False], "abandoned": [False] * 4 + [True],
    ... })
    >>> served = service(Dataset({"calls": calls}))
    >>> served.promise.levels["service_level"].value, served.waiting.waits["answered"].mean.value
    (0.6, 18.75)
    >>> str(served.cover)
    'Staffing: not computable, needs calls.local_started_at, calls.talk_s, calls.wrap_s.'
    """
    if not repeat_days > 0:
        raise UsageError(f"repeat_days {repeat_days} is no number of days", hint="For example 7.")
    if only_direction(replace(dataset, filters=Filters())) == "outbound":
        raise UsageError(
            "all calls are outbound, and the service is about calls received",
            hint="Ask for the portrait or the funnel: cs.portrait, cs.funnel.",
        )
    about = scope(queues(dataset), period, compare_with)
    return Service(
        about.voice,
        about.label,
        about.earlier_label,
        _figures(about),
        promise(about),
        waiting(about),
        patience(about),
        first_call(about, repeat_days),
        opinions(about),
        solving(about),
        volume(about),
        handling(about),
        cover(about),
    )


def _figures(about: Scope) -> Portrait:
    """Return the key figures; those about calls cover only calls received."""
    figures = portrait(about.now, None, about.earlier, kpis=KPIS)
    if only_direction(about.now) == "outbound":
        figures = replace(figures, note=ask_of_dials(about.voice))
    calls = received(about.now)
    if calls is about.now:
        return figures
    before = received(about.before) if about.before is not None else None
    of_callers = next(iter(moved_figures(calls, before, _OF_CALLERS).values()), {})
    return replace(figures, figures={**figures.figures, **of_callers})
