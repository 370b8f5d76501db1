"""Shifts: stretches of agent time that follow one another belong together, over midnight as well.

A shift is what an agent works on one day; one that goes on over midnight without a break of
three hours is a shift of the day it began. It follows from all the agent time there is, since
the two halves of a night may come in two imports.
"""

from __future__ import annotations

#: A pause without any stretch longer than this ends a shift [s].
APART_S = 3 * 3600
#: A shift is never longer than this [s]: who forgot to log out begins a new one the next day.
LONGEST_S = 16 * 3600


def with_shifts(view: str, stated: str = "NULL") -> str:
    """Return the statement for agent time with the moment that the shift of each stretch began.

    Parameters
    ----------
    view : str
        Agent time, with agent_id, local_start and seconds.
    stated : str
        What an export itself says of the moment.

    Returns
    -------
    str
        With ``shift_start``: unknown in all rows where no shift goes on over midnight, since
        a shift is then an agent's day.

    Examples
    --------
    >>> import duckdb
    >>> night = duckdb.sql('''
    ...     SELECT 'ann' AS agent_id, TIMESTAMP '2026-09-09 22:00' + (INTERVAL 2 HOUR) * n AS local_start,
    ...         7200.0 AS seconds FROM (VALUES (0), (1), (12)) AS t(n)''')
    >>> sql = f"SELECT strftime(shift_start, '%d %H:%M') FROM ({with_shifts('night')}) ORDER BY local_start"
    >>> duckdb.sql(sql).fetchall()
    [('09 22:00',), ('09 22:00',), ('10 22:00',)]
    """
    known = "agent_id IS NOT NULL AND local_start IS NOT NULL"
    length = "to_microseconds(coalesce(TRY_CAST(seconds * 1e6 AS BIGINT), 0))"
    before = "PARTITION BY agent_id ORDER BY local_start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    so_far = "PARTITION BY agent_id ORDER BY local_start RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    follows = f"coalesce(local_start - ended <= INTERVAL {APART_S} SECOND, false)"
    # of stretches that begin at one moment the first shows whether a break came before: hence RANGE
    began = f"max(CASE WHEN NOT {follows} THEN local_start END) OVER ({so_far})"
    later = "date_trunc('day', local_start) > date_trunc('day', began)"
    overnight = f"coalesce({later} AND local_start - began < INTERVAL {LONGEST_S} SECOND, false)"
    same_day = "PARTITION BY agent_id, date_trunc('day', of_day)"
    return f"""
        WITH ends AS (SELECT *, max(local_start + {length}) OVER ({before}) AS ended FROM {view}),
        begins AS (SELECT * EXCLUDE (ended), {began} AS began FROM ends),
        nights AS (SELECT *, {overnight} AS overnight FROM begins),
        -- breaks within a day part no shift: what an agent works on one day is one
        days AS (SELECT *, CASE WHEN overnight THEN began ELSE local_start END AS of_day FROM nights),
        firsts AS (SELECT *, min(of_day) OVER ({same_day}) AS first_of_day FROM days)
        SELECT * EXCLUDE (began, overnight, of_day, first_of_day, any_night),
            CAST(coalesce({stated}, CASE WHEN any_night AND {known} THEN first_of_day END) AS TIMESTAMP)
                AS shift_start
        FROM firsts CROSS JOIN (SELECT bool_or(overnight) AS any_night FROM nights)"""
