"""The commands that ask one of the analyst's questions: attempts, hours, exhaustion, compliance, ..."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from callstats.cli.app import (
    NO_PROJECT,
    Format,
    Lang,
    Out,
    Project,
    Words,
    app,
    asked_format,
    in_language,
    open_data,
    pairs,
    show,
)

if TYPE_CHECKING:
    from callstats.answers.core.answer import Answer
    from callstats.dataset import Dataset

Data = Annotated[str, Parameter(help="An imported folder or a DuckDB file.")]
Period = Annotated[
    str | None,
    Parameter(help="2026-09, 2026-W36, 2026-Q3, 2026-09-14, 2026-09-01..2026-09-14, or last (whole month)."),
]
Before = Annotated[
    str, Parameter(name=["--compare-with", "--before"], help="previous, another period, or none.")
]
After = Annotated[str, Parameter(name=["--period", "--after"], help="The later period, such as 2026-09.")]
Where = Annotated[Words, Parameter(help="Only these rows: column=value; repeat for several.")]
Form = Annotated[Format, Parameter(help="table says it in words; csv, json and xlsx carry full precision.")]

#: A picture has its sentence and its table beside it; a record is for a report's JSON.
_UNPRINTED = frozenset({"figure", "record"})


def ask(
    question: Callable[[Dataset], Answer],
    data: str,
    where: list[str],
    project: Project,
    lang: str | None,
    form: Format,
    *,
    out: Path | None = None,
    frame: Callable[[Any], Any] | None = None,
) -> Any:
    """Ask a question of data narrowed by the options, print the answer and return it."""
    form = asked_format(form, out)
    opened = in_language(open_data(data, project), lang).where(**pairs(where))
    answer = question(opened)
    if form == "table":
        print("\n\n".join(view.as_text() for view in answer.views() if view.kind not in _UNPRINTED))
    else:
        rows = answer.to_frame() if frame is None else frame(answer)
        show(rows, form, out=out, book=lambda: answer_book(answer, rows, data))
    return answer


def answer_book(answer: Answer, rows: Any, data: str = "") -> bytes:
    """Return an answer as a workbook."""
    from callstats.answers.core.answer_workbook import answer_workbook

    facts = [(answer.voice.say("Data"), Path(data).name)] if data else []
    return answer_workbook(answer, rows, facts=facts)


@app.command
def attempts(
    data: Data, /, *, by: str | None = None, period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say what each further attempt reaches and brings, and where to stop.

    Parameters
    ----------
    by
        A life table for each value of a column such as list_id.
    """
    from callstats.answers.campaign.attempts import attempts as run

    if by is None:
        ask(lambda d: run(d, period), data, where, project, lang, format, out=out)
    else:
        ask(lambda d: run(d, period, by=by), data, where, project, lang, format, out=out)


@app.command
def money(
    data: Data, /, *, period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say where values and costs come from, the data or the project's prices, and what bears them."""
    from callstats.answers.campaign.money_ledger import ledger as run

    ask(lambda d: run(d, period), data, where, project, lang, format, out=out)


@app.command
def hours(
    data: Data, /, kpi: str = "contact_rate_dial", *, period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say when to call, by hour and weekday and on the same contacts.

    Parameters
    ----------
    kpi
        A share of dials: contact_rate_dial, answer_rate, connect_rate or conversion_per_dial.
    """
    from callstats.answers.campaign.calling_hours import calling_hours as run

    ask(lambda d: run(d, period, kpi=kpi), data, where, project, lang, format, out=out)


@app.command
def exhaustion(
    data: Data, /, *, by: str = "list_id", deadline: str | None = None, period: Period = None,
    where: Where = [], project: Project = NO_PROJECT, lang: Lang = None,  # noqa: B006
    format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say what is left in every list, when it is done and what the rest is worth.

    Parameters
    ----------
    by
        A column that tells lists apart.
    deadline
        A day (2026-09-30) or working hours after loading (8), by when contacts should have been dialled.
    """
    from callstats.answers.campaign.exhaustion import exhaustion as run

    until = float(deadline) if deadline and deadline.replace(".", "", 1).isdigit() else deadline
    ask(lambda d: run(d, period, by=by, deadline=until), data, where, project, lang, format, out=out)


@app.command
def five_variables(
    data: Data, /, *, period: Period = None, compare_with: Before = "previous", where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Set hours, calls, calls answered, successes and contacts closed side by side, now and before."""
    from callstats.answers.campaign.five_variables import five_variables as run

    ask(lambda d: run(d, period, compare_with), data, where, project, lang, format, out=out)


@app.command
def hotspots(
    data: Data, *kpis: str, period: Period = None, compare_with: Before = "previous",
    where: Where = [], project: Project = NO_PROJECT, lang: Lang = None,  # noqa: B006
    format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say when and where figures are off beyond chance: days, hours, lists, agents.

    Parameters
    ----------
    kpis
        Ratios of the catalogue; where left out, the usual ones and those that miss their targets.
    """
    from callstats.answers.campaign.hotspots import hotspots as run

    ask(
        lambda d: run(d, period, compare_with, kpis=kpis or None), data, where, project, lang, format, out=out
    )


@app.command
def compliance(
    data: Data, /, *, rule: str = "us-ftc", period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> int:  # fmt: skip
    """Check dialling against a rule and list the offending dials; exit 1 when there are any. No legal advice.

    Parameters
    ----------
    rule
        us-ftc, uk-ofcom, uk-ofcom-machines or fr.
    """
    from callstats.answers.campaign.dialling_compliance import compliance as run

    answer = ask(
        lambda d: run(d, period, rule=rule),
        data,
        where,
        project,
        lang,
        format,
        out=out,
        frame=lambda f: f.offences,
    )
    if format == "table" and out is None and not answer.kept:
        print(f"\n{answer.offence_table()}")
    return 0 if answer.kept else 1


@app.command
def definitions(
    data: Data, kpi: str, /, *, period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Show one word under all its usual definitions, on these data.

    Parameters
    ----------
    kpi
        A word such as conversion_rate, successes_per_hour, service_level or abandonment.
    """
    from callstats.answers.trust.definitions import definitions as run

    ask(lambda d: run(d, kpi, period), data, where, project, lang, format, out=out)


@app.command
def staffing(  # noqa: PLR0913 - all but one by name
    data: Data, /, *, service_level: float | None = None, within_s: float | None = None,
    shrinkage: float | None = None, max_occupancy: float | None = None, patience: str = "observed",
    by_weekday: bool = False, period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say how many agents the inbound load needs by half hour, and how many were there.

    Parameters
    ----------
    service_level
        Share of callers to be answered in time (0.8).
    within_s
        What in time is, in seconds (20).
    shrinkage
        Share of paid time lost to pauses and absence; as observed where left out.
    max_occupancy
        Largest share of their time that agents may spend on calls.
    patience
        Seconds after which callers give up on average, observed (Erlang A), or none (Erlang C).
    by_weekday
        Each weekday by itself.
    """
    from callstats.answers.service.staffing import staffing as run

    ask(
        lambda d: run(
            d, period, service_level=service_level, within_s=within_s, shrinkage=shrinkage,
            max_occupancy=max_occupancy, by_weekday=by_weekday,
            patience_s=None if patience == "none" else patience,
        ),
        data, where, project, lang, format, out=out,
    )  # fmt: skip


@app.command
def service(
    data: Data, /, *, compare_with: Before = "previous", part: str | None = None, repeat_days: int = 7,
    period: Period = None, where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT, lang: Lang = None, format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say how callers were served: service level, waits, who gives up, what is solved, agents needed.

    Parameters
    ----------
    part
        One part alone: figures, promise, waiting, patience, first_call, opinions, solving, volume,
        handling or cover. Without it all of them in words, the key figures as csv or json.
    repeat_days
        A caller who rings again within so many days was not helped at the first call.
    """
    from callstats.answers.service.queue_service import PARTS
    from callstats.answers.service.queue_service import service as run
    from callstats.errors import unknown_name

    if part is not None and part not in PARTS:
        raise unknown_name("part", part, PARTS)

    def asked(dataset: Dataset) -> Answer:
        found = run(dataset, period, compare_with, repeat_days=repeat_days)
        return found if part is None else found.parts[part]

    ask(asked, data, where, project, lang, format, out=out)


About = Literal["figures", "pace", "handling", "quality", "opinions"]


@app.command
def agents(
    data: Data, /, kpi: str | None = None, *, adjust: Words = [],  # noqa: B006
    about: About = "figures", false_discovery_rate: float = 0.10, pseudonyms: str = "", period: Period = None,
    where: Where = [], project: Project = NO_PROJECT, lang: Lang = None,  # noqa: B006
    format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say which agents differ beyond chance and lead mix, whom to coach on what, who has too few calls.

    Parameters
    ----------
    kpi
        A ratio that can be asked by agent, such as successes_per_login_hour or average_handle_time. Where
        left out, conversion_per_conversation; of calls received only, average_handle_time with what
        callers say.
    adjust
        What agents were given and did not choose. Where left out, list_id, hour and attempt_no; of calls
        received only, campaign_id and hour.
    about
        The figures on one KPI, or pace and shares of time, handle time by outcome, quality, or what
        customers say and how their issues end.
    false_discovery_rate
        Share of false ones among the agents said to stand out.
    pseudonyms
        A secret word: names are replaced by codes made with it.
    """

    def run(dataset: Dataset) -> Answer:
        from callstats.answers.agents.agent_opinions import agent_opinions
        from callstats.answers.agents.agent_quality import agent_quality
        from callstats.answers.agents.agent_work import agent_handle_time, agent_pace
        from callstats.answers.agents.agents import agents as compared

        narrow = dataset.where(period=period)
        others = {"pace": agent_pace, "handling": agent_handle_time, "quality": agent_quality}
        others |= {"opinions": agent_opinions}
        if about in others:
            return others[about](narrow, pseudonyms=pseudonyms)
        rate = false_discovery_rate
        return compared(narrow, kpi, adjust or None, false_discovery_rate=rate, pseudonyms=pseudonyms)

    ask(run, data, where, project, lang, format, out=out)


@app.command
def bridge(
    data: Data, /, *, after: After, before: Before = "previous", by: str | None = "list_id",
    method: Literal["shapley", "lmdi"] = "shapley", bootstrap: int = 1000, seed: int = 0,
    where: Where = [], project: Project = NO_PROJECT, lang: Lang = None,  # noqa: B006
    format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say what changed profit from one period to another, and whether it is more than noise.

    Parameters
    ----------
    by
        What the mix is of: a column such as list_id.
    method
        How effects that go together are shared out.
    bootstrap
        0 for no intervals.
    seed
        Has no effect.
    """
    from callstats.answers.campaign.bridge import bridge as run

    ask(
        lambda d: run(d, after, before, by=by, method=method, bootstrap=bootstrap, seed=seed),
        data, where, project, lang, format, out=out,
    )  # fmt: skip


@app.command
def summary(
    data: Data, /, *, period: Period = None, compare_with: Before = "previous",
    where: Where = [], project: Project = NO_PROJECT, lang: Lang = None,  # noqa: B006
    format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Put all campaigns on a page: figures, what moved by more than noise, why, and targets missed."""
    from callstats.answers.month.summary import summary as run

    ask(lambda d: run(d, period, compare_with), data, where, project, lang, format, out=out)


@app.command
def targets(
    data: Data, /, *, period: Period = None, by: str | None = None, own_kpis: Path | None = None,
    where: Where = [], project: Project = NO_PROJECT, lang: Lang = None,  # noqa: B006
    format: Form = "table", out: Out = None,
) -> None:  # fmt: skip
    """Say which targets are met, and of counts and sums how far they are, at what pace and with what chance.

    Parameters
    ----------
    by
        The targets of every campaign_id, list_id or agent_id; where left out, those of the site and
        of every campaign, list and agent that has some of its own.
    own_kpis
        File (TOML) with KPIs of your own, which may have targets too.
    """
    from callstats.answers.campaign.target_progress import targets as run
    from callstats.cli.measuring import own_of

    ask(lambda d: run(d, period, by=by, own=own_of(own_kpis)), data, where, project, lang, format, out=out)
