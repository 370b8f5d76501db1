"""What a project says of money: what a success is worth, and what work and contacts cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class ListPrice:
    """What a list was bought for.

    Attributes
    ----------
    per_contact : float, optional
        Price of each contact loaded [money].
    total : float, optional
        Price of the whole list [money].
    """

    per_contact: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class MoneySettings:
    """What no dialer writes: the worth of successes and the prices of work [money].

    What the data say themselves goes before: a success that has a value keeps it, and
    wages in the table of costs are not charged a second time by the hour.

    Attributes
    ----------
    value_per_success : float, optional
        Of a success whose value the data do not give.
    cost_per_hour : float, optional
        Of an agent's login hour.
    cost_per_paid_hour : float, optional
        Of an agent's paid hour, in place of ``cost_per_hour``.
    cost_per_dial : float, optional
        Of every outbound dial.
    cost_per_minute : float, optional
        Of every minute on the line: talk, hold and a caller's wait.
    fixed_per_month : float, optional
        Of every month with calls: licences, rent, lines.
    lists : dict of str to ListPrice
        Prices of lists, by list_id.
    outcomes : dict of str to float
        Worth of a success by its outcome code, before ``value_per_success``.

    Examples
    --------
    >>> site = MoneySettings(value_per_success=100, cost_per_hour=50)
    >>> site.overridden(MoneySettings(value_per_success=80, cost_per_paid_hour=62))
    MoneySettings(value_per_success=80, cost_per_hour=None, cost_per_paid_hour=62, cost_per_dial=None, \
cost_per_minute=None, fixed_per_month=None, lists={}, outcomes={})
    """

    value_per_success: float | None = None
    cost_per_hour: float | None = None
    cost_per_paid_hour: float | None = None
    cost_per_dial: float | None = None
    cost_per_minute: float | None = None
    fixed_per_month: float | None = None
    lists: dict[str, ListPrice] = field(default_factory=dict)
    outcomes: dict[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self != MoneySettings()

    def overridden(self, own: MoneySettings) -> MoneySettings:
        """Return these settings with those that a campaign has of its own, key by key."""
        said = {
            name: value
            for name in self.__dataclass_fields__
            if name not in ("lists", "outcomes") and (value := getattr(own, name)) is not None
        }
        if said.keys() & {"cost_per_hour", "cost_per_paid_hour"}:  # an hour is paid once
            said = {"cost_per_hour": None, "cost_per_paid_hour": None, **said}
        return replace(
            self, lists={**self.lists, **own.lists}, outcomes={**self.outcomes, **own.outcomes}, **said
        )
