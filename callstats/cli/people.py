"""The commands about people and periods: agents, bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from callstats.cli.app import Words, app
from callstats.cli.questions import Config, Data, Form, Lang, Period, Where, ask

if TYPE_CHECKING:
    from callstats.answers.core.answer import Answer
    from callstats.dataset import Dataset

About = Literal["figures", "pace", "handling", "quality"]


@app.command
def agents(
    data: Data, /, *, kpi: str = "conversion_per_conversation", adjust: Words = [],  # noqa: B006
    about: About = "figures", false_discovery_rate: float = 0.10, pseudonyms: str = "", period: Period = None,
    where: Where = [], config: Config = None, lang: Lang = None, format: Form = "table",  # noqa: B006
) -> None:  # fmt: skip
    """Say which agents differ beyond chance and lead mix, whom to coach on what, who has too few calls.

    Parameters
    ----------
    kpi
        A ratio that can be asked by agent, such as successes_per_login_hour or average_handle_time.
    adjust
        What agents were given and did not choose; list_id, hour and attempt_no where left out.
    about
        The figures on one KPI, or pace and shares of time, handle time by outcome, or quality.
    false_discovery_rate
        Share of false ones among the agents said to stand out.
    pseudonyms
        A secret word: names are replaced by codes made with it.
    """

    def run(dataset: Dataset) -> Answer:
        from callstats.answers.agents.agent_quality import agent_quality
        from callstats.answers.agents.agent_work import agent_handle_time, agent_pace
        from callstats.answers.agents.agents import ADJUST
        from callstats.answers.agents.agents import agents as compared

        narrow = dataset.where(period=period)
        others = {"pace": agent_pace, "handling": agent_handle_time, "quality": agent_quality}
        if about in others:
            return others[about](narrow, pseudonyms=pseudonyms)
        rate = false_discovery_rate
        return compared(narrow, kpi, adjust or ADJUST, false_discovery_rate=rate, pseudonyms=pseudonyms)

    ask(run, data, where, config, lang, format)


@app.command
def bridge(
    data: Data, /, *, before: str = "previous", after: str, by: str | None = "list_id",
    method: Literal["shapley", "lmdi"] = "shapley", bootstrap: int = 1000, seed: int = 0,
    where: Where = [], config: Config = None, lang: Lang = None, format: Form = "table",  # noqa: B006
) -> None:  # fmt: skip
    """Say what changed profit from one period to another, and whether it is more than noise.

    Parameters
    ----------
    before
        The earlier period, such as 2026-08; the one just before where left out.
    after
        The later period.
    by
        What the mix is of: a column such as list_id.
    method
        How effects that go together are shared out.
    bootstrap
        Resamples of days behind the intervals.
    seed
        Of the resampling.
    """
    from callstats.answers.campaign.bridge import bridge as run

    ask(
        lambda d: run(d, before, after, by=by, method=method, bootstrap=bootstrap, seed=seed),
        data, where, config, lang, format,
    )  # fmt: skip
