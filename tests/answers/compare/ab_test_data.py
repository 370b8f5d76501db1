"""A list test written down by hand: a few contacts and calls, on any engine."""

from __future__ import annotations

import datetime as dt
from typing import Any

from callstats.answers.compare.ab_test import ABTest, ab_test
from callstats.config import Config
from callstats.dataset import Dataset
from tests.engine import frames

#: Midnight of the first day, Tuesday 1 September 2026, on the clock of the site (UTC).
START = dt.datetime(2026, 9, 1)


def at(day: float, hour: float = 0.0) -> dt.datetime:
    """Return a moment so many days and hours after the start."""
    return START + dt.timedelta(days=day, hours=hour)


def contact(name: str, arm: str | None = None, loaded: float | None = 0.0, **more: Any) -> dict[str, Any]:
    """Return a contact; its list is the first letter of its name, loaded at eight on a day."""
    moment = None if loaded is None else at(loaded, 8).replace(tzinfo=dt.UTC)
    return {"contact_id": name, "list_id": arm or name[0], "loaded_at": moment, **more}


def call(
    name: str, day: float, hour: float = 10.0, *, loaded: float | None = 0.0, **more: Any
) -> dict[str, Any]:
    """Return a dial to a contact: nobody answers, unless told otherwise."""
    success = bool(more.get("success", False))
    handled = bool(more.pop("handled", success))
    since = None if loaded is None else (at(day, hour) - at(loaded, 8)).total_seconds()
    return {
        "contact_id": name,
        "list_id": more.pop("list_id", name[0]),
        "direction": "outbound",
        "started_at": at(day, hour).replace(tzinfo=dt.UTC),
        "local_started_at": at(day, hour),
        "since_loaded_s": since if since is not None and since >= 0 else None,
        "attempt_no": more.pop("attempt_no", 1),
        "agent_id": more.pop("agent_id", "ann" if handled else None),
        "live": handled or bool(more.pop("live", False)),
        "handled": handled,
        "success": success,
        "talk_s": more.pop("talk_s", 60.0 if handled else None),
        "wrap_s": more.pop("wrap_s", 0.0 if handled else None),
        "value": more.pop("value", 100.0 if success else None),
        **{k: v for k, v in more.items() if k != "success"},
    }


def data(
    people: list[dict[str, Any]] | None,
    calls: list[dict[str, Any]],
    *,
    engine: str = "pandas",
    config: Config | None = None,
    **tables: list[dict[str, Any]],
) -> Dataset:
    """Return a data set of those contacts, calls and further tables."""
    numbered = [{"call_id": str(k), **one} for k, one in enumerate(calls)]
    made = {"calls": frames.on(engine, "calls", _even(numbered))}
    if people is not None:
        made["contacts"] = frames.on(engine, "contacts", _even(people))
    for name, rows in tables.items():
        made[name] = frames.on(engine, name, _even(rows))
    return Dataset(made, config=config or Config())


def lists(
    a: int = 100, b: int = 100, won: tuple[int, int] = (10, 25), *, last: float = 9, **more: Any
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return two lists, each dialled once by agents who work both; the first contacts are won."""
    people = [contact(f"{arm}{k}", **more) for arm, n in (("A", a), ("B", b)) for k in range(n)]
    calls = []
    for arm, n, events in (("A", a, won[0]), ("B", b, won[1])):
        for k in range(n):
            agent = ("ann", "bob", "eve")[k % 3]
            calls.append(call(f"{arm}{k}", 1 + k % 4, handled=k % 2 == 0 or k < events, success=k < events,
                              agent_id=agent if k % 2 == 0 or k < events else None))  # fmt: skip
    return people, [*calls, call("A0", last)]


def run(
    people: list[dict[str, Any]] | None, calls: list[dict[str, Any]], engine: str = "pandas", **options: Any
) -> ABTest:
    """Return the test of list A against another, within seven days."""
    config = options.pop("config", None)
    options.setdefault("guardrails", ())  # each is a comparison, which takes its time
    tables = {name: options.pop(name) for name in ("costs", "agent_time") if name in options}
    return ab_test(
        data(people, calls, engine=engine, config=config, **tables), control="A", horizon_days=7, **options
    )


def _even(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in names} for row in rows]
