"""What a success is worth where the data do not say: by its outcome code, then what is usual."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw

from callstats.config import Config, MoneySettings


def values_stated(config: Config) -> bool:
    """Return whether a project says what successes are worth.

    Examples
    --------
    >>> values_stated(Config()), values_stated(Config(money=MoneySettings(value_per_success=100)))
    (False, True)
    """
    prices = (config.money, *(own.money for own in config.campaign.values()))
    return any(money.value_per_success is not None or money.outcomes for money in prices)


def with_values(calls: nw.LazyFrame, columns: Collection[str], config: Config) -> nw.LazyFrame:
    """Return calls whose successes have the values of the data, and the project's where those are silent.

    A success that was cancelled later and has no value of its own is worth nothing.

    Parameters
    ----------
    calls : nw.LazyFrame
    columns : collection of str
        Those of the calls.
    config : Config
    """
    if "success" not in columns:
        return calls
    worth = _worth(config.money, columns)
    if "campaign_id" in columns:
        for name, own in config.campaign.items():
            if own.money:
                its = _worth(config.money.overridden(own.money), columns)
                worth = nw.when(nw.col("campaign_id") == name).then(its).otherwise(worth)
    if "cancelled" in columns:
        worth = nw.when(nw.col("cancelled").fill_null(False)).then(nw.lit(0.0)).otherwise(worth)
    worth = nw.when(nw.col("success")).then(worth)
    if "value" not in columns:
        return calls.with_columns(value=worth)
    stated = nw.col("value").cast(nw.Float64)
    return calls.with_columns(value=nw.when(stated.is_null()).then(worth).otherwise(stated))


def _worth(money: MoneySettings, columns: Collection[str]) -> nw.Expr:
    worth = nw.lit(money.value_per_success, nw.Float64)
    if "outcome_code" in columns:
        for code, amount in money.outcomes.items():
            worth = nw.when(nw.col("outcome_code") == code).then(nw.lit(float(amount))).otherwise(worth)
    return worth
