"""Shifts: stretches of agent time that follow one another belong together, over midnight as well."""

from __future__ import annotations

from typing import Any

#: Frames of pandas; its own annotations are unions that nothing narrows.
Frame = Any
#: A pause without any stretch longer than this ends a shift [s].
APART_S = 3 * 3600
#: A shift is never longer than this [s]: who forgot to log out begins a new one the next day.
LONGEST_S = 16 * 3600


def with_shifts(agent_time: Frame) -> Frame:
    """Add to each stretch of agent time when its shift began.

    A shift is what an agent works on one day; one that goes on over midnight
    without a break of three hours is a shift of the day it began.

    Parameters
    ----------
    agent_time : DataFrame
        With agent_id, local_start and seconds; without them nothing is added.

    Returns
    -------
    DataFrame
        In the same order, with ``shift_start``; as it was where no shift goes on over
        midnight, since a shift is then an agent's day.

    Examples
    --------
    >>> import pandas as pd
    >>> times = ["2026-09-09 22:00", "2026-09-10 00:00", "2026-09-10 22:00"]
    >>> night = pd.DataFrame({"agent_id": "ann", "local_start": pd.to_datetime(times), "seconds": 7200.0})
    >>> with_shifts(night)["shift_start"].dt.strftime("%d %H:%M").tolist()
    ['09 22:00', '09 22:00', '10 22:00']
    """
    import pandas as pd

    if not {"agent_id", "local_start", "seconds"} <= set(agent_time) or "shift_start" in agent_time:
        return agent_time
    known = agent_time.dropna(subset=["agent_id", "local_start"])
    rows = known[["agent_id", "local_start", "seconds"]].sort_values(
        ["agent_id", "local_start"], kind="stable"
    )
    agent, start = rows["agent_id"], rows["local_start"]
    length = pd.to_timedelta(rows["seconds"].astype("float64").fillna(0.0), unit="s")
    ended = (start + length).groupby(agent).cummax().groupby(agent).shift()
    follows = (start - ended) <= pd.Timedelta(seconds=APART_S)
    began = start.groupby((~follows).cumsum()).transform("first")
    later = start.dt.normalize() > began.dt.normalize()
    overnight = later & (start - began < pd.Timedelta(seconds=LONGEST_S))
    if not overnight.any():
        return agent_time
    # breaks within a day part no shift: what an agent works on one day is one
    of_day = start.mask(overnight, began)
    first = of_day.groupby([agent, of_day.dt.normalize()]).transform("min")
    return agent_time.assign(shift_start=first.reindex(agent_time.index))
