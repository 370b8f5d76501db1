"""The command that looks at a whole house: the month of all campaigns."""

from __future__ import annotations

from callstats.cli.app import app
from callstats.cli.questions import Config, Data, Form, Lang, Period, Where, ask


@app.command
def summary(
    data: Data, /, *, period: Period = None, compare_with: str = "previous",
    where: Where = [], config: Config = None, lang: Lang = None, format: Form = "table",  # noqa: B006
) -> None:  # fmt: skip
    """Put all campaigns on a page: figures, what moved by more than noise, why, and targets missed.

    Parameters
    ----------
    compare_with
        previous for the period before, another period, or none.
    """
    from callstats.answers.month.summary import summary as run

    ask(lambda d: run(d, period, compare_with), data, where, config, lang, format)
