"""Agent time as intervals: stretches that overlap, and logins that go on long after their last call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Frames of pandas; its own annotations are unions that nothing narrows.
Frame = Any
#: Two stretches may overlap by so much [s]: clocks of dialers that write minutes only.
OVERLAP_S = 60
#: An agent is held to have forgotten to log out where nothing was dialled for so long before the end [s].
AFTER_S = 3 * 3600
#: Stretches that far apart are two logins [s].
APART_S = 3600


def stretches(dataset: Dataset) -> Frame:
    """Return agent, start and end of the stretches of agent time, in order; none where they are no intervals.

    Sums of a day or of an hour by state are no intervals: they share one start.
    Those of one start and several states are taken as one stretch, as long as all.
    """
    import pandas as pd

    columns = [c for c in ("campaign_id", "state", "pause_code") if dataset.has("agent_time", c)]
    known = dataset.table("agent_time").filter(
        ~nw.col("agent_id").is_null(), ~nw.col("local_start").is_null(), ~nw.col("seconds").is_null()
    )
    rows: Frame = known.select("agent_id", "local_start", "seconds", *columns).collect("pandas").to_native()
    rows = rows[rows["seconds"] > 0]
    midnight = rows["local_start"] == rows["local_start"].dt.normalize()
    if not len(rows) or midnight.all():
        return pd.DataFrame({"agent_id": [], "start": [], "end": []})
    apart = rows.duplicated(["agent_id", "local_start", *columns], keep="first")
    # a second stretch of the same kind at the same time is no part of a sum: it stays by itself
    rows = rows.assign(again=apart.groupby([rows["agent_id"], rows["local_start"]]).cumsum().where(apart, 0))
    summed = rows.groupby(["agent_id", "local_start", "again"], as_index=False, observed=True)[
        "seconds"
    ].sum()
    length = pd.to_timedelta(summed["seconds"].astype("float64"), unit="s")
    found = pd.DataFrame({"agent_id": summed["agent_id"], "start": summed["local_start"]})
    return found.assign(end=found["start"] + length).sort_values(["agent_id", "start"], ignore_index=True)


def overlaps(rows: Frame) -> Frame:
    """Return the stretches that begin well before another of the same agent has ended, with that end.

    Examples
    --------
    >>> import pandas as pd
    >>> at = pd.to_datetime(["2026-09-09 09:00", "2026-09-09 09:10"])
    >>> rows = pd.DataFrame({"agent_id": "ann", "start": at, "end": at + pd.Timedelta("1h")})
    >>> overlaps(rows)["start"].dt.strftime("%H:%M").tolist()
    ['09:10']
    """
    import pandas as pd

    if not len(rows):
        return rows.assign(until=rows["end"])
    agent = rows["agent_id"]
    until = rows["end"].groupby(agent, observed=True).cummax().groupby(agent, observed=True).shift()
    beyond = pd.concat([until, rows["end"]], axis=1).min(axis=1) - rows["start"]
    return rows.assign(until=until)[until.notna() & (beyond > pd.Timedelta(seconds=OVERLAP_S))]


def forgotten(rows: Frame, calls: Frame) -> Frame:
    """Return the logins that go on for hours after their last call, with that call and their end.

    Parameters
    ----------
    rows : DataFrame
        Of :func:`stretches`.
    calls : DataFrame
        agent_id, start and end of the calls.
    """
    import pandas as pd

    if not len(rows) or not len(calls):
        return pd.DataFrame({"agent_id": [], "start": [], "last": [], "end": []})
    agent = rows["agent_id"]
    until = rows["end"].groupby(agent, observed=True).cummax().groupby(agent, observed=True).shift()
    login = (~((rows["start"] - until) <= pd.Timedelta(seconds=APART_S))).cumsum()
    spans = rows.groupby(login).agg(
        agent_id=("agent_id", "first"), start=("start", "min"), end=("end", "max")
    )
    spans["agent_id"], calls = (
        spans["agent_id"].astype(str),
        calls.assign(agent_id=calls["agent_id"].astype(str)),
    )
    within = pd.merge_asof(
        calls.sort_values("start"), spans.sort_values("start"), on="start", by="agent_id",
        suffixes=("_call", "_login"), allow_exact_matches=True,
    )  # fmt: skip
    return _late(spans, within)


def _late(spans: Frame, within: Frame) -> Frame:
    import pandas as pd

    placed = within.dropna(subset=["end_login"])
    placed = placed[placed["start"] < placed["end_login"]]
    last = placed.groupby(["agent_id", "end_login"])["end_call"].max().rename("last").reset_index()
    late = spans.merge(last, left_on=["agent_id", "end"], right_on=["agent_id", "end_login"])
    late = late[late["end"] - late["last"] >= pd.Timedelta(seconds=AFTER_S)]
    return late[["agent_id", "start", "last", "end"]].sort_values(["agent_id", "start"], ignore_index=True)


def calls_of_agents(dataset: Dataset) -> Frame:
    """Return agent, start and end of every call that an agent had."""
    import pandas as pd

    lengths = [c for c in ("ring_s", "queue_s", "talk_s", "hold_s", "wrap_s") if dataset.has("calls", c)]
    known = dataset.table("calls").filter(
        ~nw.col("agent_id").is_null(), ~nw.col("local_started_at").is_null()
    )
    rows: Frame = known.select("agent_id", "local_started_at", *lengths).collect("pandas").to_native()
    seconds = rows[lengths].astype("float64").fillna(0.0).sum(axis=1)
    ends = rows["local_started_at"] + pd.to_timedelta(seconds, unit="s")
    return pd.DataFrame({"agent_id": rows["agent_id"], "start": rows["local_started_at"], "end": ends})
