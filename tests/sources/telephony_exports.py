"""Invented exports of telephone systems, and their figures, counted while the rows are written.

Every row follows from its number, so that nothing is random; numbers are from the
ranges kept for fiction. Nothing of callstats is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
#: 50 calls before the clock goes forward on 30 March 2025, the others after it.
BEFORE, AFTER = datetime(2025, 3, 28, 8, 0, tzinfo=UTC), datetime(2025, 3, 31, 8, 0, tzinfo=UTC)
AGENTS = ("ann", "bob", "cleo")


@dataclass
class Tally:
    """What a file holds."""

    calls: int = 0
    dials: int = 0
    offered: int = 0
    connected: int = 0
    answered: int = 0
    abandoned: int = 0
    successes: int = 0
    talk_s: float = 0.0
    wait_s: float = 0.0
    wrap_s: float = 0.0
    hold_s: float = 0.0
    by_agent: Counter[str] = field(default_factory=Counter)
    first_local: str = ""
    last_local: str = ""
    rows: int = 0

    def begin(self, at: datetime, *, inbound: bool) -> None:
        """Count a call."""
        self.calls += 1
        self.offered += inbound
        self.dials += not inbound
        shown = at.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")
        self.first_local, self.last_local = min(self.first_local or shown, shown), max(self.last_local, shown)


def instant(number: int) -> datetime:
    """Return when a call began."""
    return (BEFORE if number < 50 else AFTER) + timedelta(
        minutes=7 * (number % 50) + number // 50, seconds=number % 60
    )


def wall(moment: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return what the clock in Paris showed."""
    return moment.astimezone(PARIS).strftime(form)


def clock(seconds: int) -> str:
    """Return a length as hh:mm:ss."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def text(rows: Sequence[Sequence[object]], mark: str = ",") -> str:
    """Return rows as a delimited text; every field is quoted, as these systems do."""
    return "".join(mark.join(f'"{cell}"' for cell in row) + "\n" for row in rows)


CDR = (
    "calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration", "billsec",
    "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "did", "recordingfile", "cnum", "cnam",
    "outbound_cnum", "outbound_cnam", "dst_cnam", "linkedid", "peeraccount", "sequence",
)  # fmt: skip
MASTER = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip


def records(count: int = 130) -> tuple[list[dict[str, object]], Tally]:
    """Return call detail records: dials, calls of a queue that rang at two phones, transfers, internal calls."""
    rows: list[dict[str, object]] = []
    tally = Tally()
    for number in range(count):
        at, extension = instant(number), 100 + number % 3
        identity = f"{int(at.timestamp())}.{number}"

        def leg(at: datetime = at, identity: str = identity, **cells: object) -> None:
            plain = {"calldate": wall(at), "start": wall(at), "lastapp": "Dial", "uniqueid": identity,
                     "linkedid": identity, "amaflags": 3, "accountcode": "fibre"}  # fmt: skip
            rows.append({**dict.fromkeys((*CDR, *MASTER), ""), **plain, **cells, "sequence": len(rows)})

        inside = {
            "dcontext": "from-internal",
            "channel": f"PJSIP/{extension}-0000{number:04x}",
            "src": extension,
        }
        outside = {"dcontext": "ext-queues", "channel": f"PJSIP/trunk-0000{number:04x}", "lastapp": "Queue",
                   "lastdata": "600,t,,", "dst": 600, "src": f"01990010{number % 100:02d}"}  # fmt: skip
        kind = number % 5
        if kind == 4:  # a colleague
            leg(
                **inside,
                dst=101 + number % 2,
                dstchannel="PJSIP/101-1",
                duration=30,
                billsec=20,
                disposition="ANSWERED",
            )
            continue
        tally.begin(at, inbound=kind in (2, 3))
        dialled = {**inside, "dst": f"01990020{number % 100:02d}", "dstchannel": f"PJSIP/trunk-1{number:04x}"}
        if kind == 0:
            talk = 60 + number
            leg(**dialled, duration=talk + 9, billsec=talk, disposition="ANSWERED")
            tally.connected += 1
            tally.talk_s += talk
            tally.by_agent[str(extension)] += 1
        elif kind == 1:
            leg(**dialled, duration=25, billsec=0, disposition=("NO ANSWER", "BUSY", "FAILED")[number % 3])
            tally.by_agent[str(extension)] += 1
        elif kind == 2:  # the first phone does not answer; the second one hands over to a third
            talk = 90 + number
            leg(
                **outside,
                dstchannel=f"PJSIP/100-2{number:04x}",
                duration=15,
                billsec=0,
                disposition="NO ANSWER",
            )
            leg(
                **outside,
                dstchannel=f"PJSIP/101-2{number:04x}",
                duration=talk + 20,
                billsec=talk,
                disposition="ANSWERED",
            )
            later = at + timedelta(seconds=talk + 20)
            leg(later, f"{int(later.timestamp())}.{number}9", linkedid=identity, dcontext="from-internal", src=101, dst=102,
                channel=f"PJSIP/101-3{number:04x}", dstchannel=f"PJSIP/102-3{number:04x}", duration=12, billsec=10,
                disposition="ANSWERED")  # fmt: skip
            tally.answered += 1
            tally.talk_s += talk + 10
            tally.by_agent["101"] += 1
        else:
            leg(
                **outside,
                dstchannel=f"PJSIP/100-4{number:04x}",
                duration=40,
                billsec=0,
                disposition="NO ANSWER",
            )
            tally.abandoned += 1
    tally.rows = len(rows)
    return rows, tally


def table(rows: list[dict[str, object]], columns: Sequence[str], *, header: bool = True) -> str:
    """Return chosen columns of records as a text."""
    return text([*([columns] if header else []), *([row[name] for name in columns] for row in rows)])


def queue_log(count: int = 60) -> tuple[str, Tally]:
    """Return the events of a queue: answered, given up, overflowed; agents who log in, pause and log out."""
    lines: list[tuple[int, str]] = []
    tally = Tally()

    def say(at: int, *cells: object) -> None:
        lines.append((at, "|".join(str(cell) for cell in (at, *cells))))

    for number in range(count):
        at, agent = int(instant(number).timestamp()), AGENTS[number % 3]
        call = f"{at}.{number}"
        tally.begin(instant(number), inbound=True)
        say(at, call, "sales", "NONE", "ENTERQUEUE", "", f"01990010{number:02d}", 1)
        wait, talk = 5 + number % 30, 60 + number
        kind = number % 6
        if kind == 5:
            say(at + wait, call, "sales", "NONE", "ABANDON", 1, 1, wait)
            tally.abandoned += 1
            continue
        queue, entered = "sales", at
        if kind == 4:
            say(at + 30, call, "sales", "NONE", "EXITWITHTIMEOUT", 1, 1, 30)
            say(at + 30, call, "care", "NONE", "ENTERQUEUE", "", f"01990010{number:02d}", 1)
            queue, entered = "care", at + 30
            tally.wait_s += 30
        say(entered + 1, call, queue, f"SIP/{AGENTS[(number + 1) % 3]}", "RINGNOANSWER", 1000)
        say(entered + wait, call, queue, f"SIP/{agent}", "CONNECT", wait, f"{at}.9", 3)
        end = (
            ("COMPLETECALLER", wait, talk, 1)
            if kind
            else ("BLINDTRANSFER", 101, "from-internal", wait, talk, 1)
        )
        say(entered + wait + talk, call, queue, f"SIP/{agent}", *end)
        tally.answered += 1
        tally.wait_s += wait
        tally.talk_s += talk
        tally.by_agent[agent] += 1
    tally.rows = len(lines)
    return "\n".join(line for _, line in sorted(lines, key=lambda line: line[0])) + "\n", tally


THREE_CX = (
    "Call Time",
    "Call ID",
    "From",
    "To",
    "Direction",
    "Status",
    "Ringing",
    "Talking",
    "Cost",
    "Call Activity Details",
)
THREE_CX_OLD = (
    "Call Time",
    "Caller ID",
    "Destination",
    "Status",
    "Ringing",
    "Talking",
    "Totals",
    "Cost",
    "Reason",
)


def three_cx(count: int = 120) -> tuple[str, Tally]:
    """Return a call log of 3CX 20."""
    rows: list[Sequence[object]] = []
    tally = Tally()
    for number in range(count):
        at, name = instant(number), AGENTS[number % 3].title()
        who, outside = f"{name} Example ({100 + number % 3})", f"01990010{number % 100:02d}"

        def row(source: str, target: str, way: str, status: str, ring: int, talk: int, number: int = number,
                at: datetime = at) -> None:  # fmt: skip
            rows.append(
                (
                    wall(at, "%d.%m.%Y %H:%M:%S"),
                    f"{number:05d}",
                    source,
                    target,
                    way,
                    status,
                    clock(ring),
                    clock(talk),
                    "",
                    "",
                )
            )

        kind = number % 4
        if kind == 3:
            row(who, "Dan Example (109)", "Internal", "Answered", 3, 50)
            continue
        tally.begin(at, inbound=kind > 0)
        if kind == 0:
            reached = number % 8 == 0
            row(
                who,
                outside,
                "Outbound",
                "Answered" if reached else "Unanswered",
                9,
                60 + number if reached else 0,
            )
            tally.connected += reached
            tally.talk_s += 60 + number if reached else 0
            tally.by_agent[f"{name} Example"] += 1
        elif kind == 1:
            row(outside, "Sales (800)", "Inbound Queue", "Answered", 4, 80 + number)
            row(outside, "Dan Example (109)", "Inbound", "Unanswered", 10, 0)
            row(outside, who, "Inbound", "Answered", 6, 70 + number)
            tally.answered += 1
            tally.wait_s += 20
            tally.talk_s += 70 + number
            tally.by_agent[f"{name} Example"] += 1
        else:
            row(outside, "Sales (800)", "Inbound Queue", "Waiting", 33, 0)
            tally.abandoned += 1
    tally.rows = len(rows)
    return text([THREE_CX, *rows]), tally


FIVE9 = (
    "CALL ID", "TIMESTAMP", "CAMPAIGN", "CALL TYPE", "AGENT", "AGENT NAME", "DISPOSITION", "ANI", "CUSTOMER NAME", "DNIS",
    "CALL TIME", "BILL TIME (ROUNDED)", "COST", "IVR TIME", "QUEUE WAIT TIME", "RING TIME", "TALK TIME", "HOLD TIME",
    "PARK TIME", "AFTER CALL WORK TIME", "TRANSFERS", "CONFERENCES", "HOLDS", "ABANDONED", "RECORDINGS",
)  # fmt: skip
_FIVE9 = (  # type, disposition, has an agent, connected, talked, success
    ("Autodial", "No Answer", False, False, False, False),
    ("Autodial", "Answering Machine", False, True, False, False),
    ("Outbound", "Sale", True, True, True, True),
    ("Manual", "Callback", True, True, True, False),
    ("Preview", "Busy", True, False, False, False),
    ("Outbound", "Not Interested", True, True, True, False),
    ("Inbound", "Question answered", True, True, True, False),
    ("Inbound", "Abandon", False, True, False, False),
    ("Internal", "No Disposition", True, True, True, False),
)


def five9(count: int = 180) -> tuple[str, Tally]:
    """Return a call log of Five9."""
    rows: list[Sequence[object]] = []
    tally = Tally()
    for number in range(count):
        kind, code, has_agent, connected, talked, success = _FIVE9[number % len(_FIVE9)]
        at, inbound = instant(number), kind == "Inbound"
        agent = f"{AGENTS[number % 2]}@example.com" if has_agent else "[None]"
        talk, hold, wrap, wait = (60 + number, 10, 20, 12) if talked else (0, 0, 0, 25 if inbound else 0)
        outside, own = f"55501{number % 100:02d}", "5550199"
        ani, dnis = (outside, own) if inbound else (own, outside)
        rows.append((
            number + 1, wall(at, "%a, %d %b %Y %H:%M:%S"), "Fibre", kind, agent, "[None]", code, ani, "", dnis,
            clock(talk + wait), clock(talk + wait), "0.01", clock(0), clock(wait), clock(5), clock(talk), clock(hold),
            clock(0), clock(wrap), 0, 0, 0, int(code == "Abandon"), "",
        ))  # fmt: skip
        if kind == "Internal":
            continue
        tally.begin(at, inbound=inbound)
        tally.connected += connected and not inbound
        tally.answered += talked and inbound
        tally.abandoned += code == "Abandon"
        tally.successes += success
        if talked:
            tally.talk_s += talk - hold
            tally.hold_s += hold
            tally.wrap_s += wrap
        if talked and inbound:
            tally.wait_s += wait
        if has_agent:
            tally.by_agent[agent] += 1
    tally.rows = len(rows)
    return text([FIVE9, *rows]), tally


GENESYS = (
    "Full Export Completed", "Partial Result Timestamp", "Filters", "Media Type", "Users", "Remote", "Date", "End Date",
    "Duration", "Direction", "ANI", "DNIS", "Queue", "Wrap-up", "Flow", "Conversation ID", "Abandoned", "Total Queue",
    "Total Talk", "Total Hold", "Total ACW",
)  # fmt: skip
_GENESYS = (  # media, direction, users, wrap-up, connected, talked, success
    ("voice", "Outbound", False, "ININ-OUTBOUND-NO-ANSWER", False, False, False),
    ("voice", "Outbound", False, "ININ-OUTBOUND-MACHINE", True, False, False),
    ("voice", "Outbound", True, "Sale", True, True, True),
    ("voice", "Outbound", True, "Not Interested", True, True, False),
    ("voice", "Inbound", True, "Tariff explained", True, True, False),
    ("voice", "Inbound/Outbound", True, "Tariff explained; Callback", True, True, False),
    ("voice", "Inbound", False, "", True, False, False),
    ("email", "Inbound", True, "Sale", True, True, False),
)


def genesys(count: int = 160, *, milliseconds: bool = True) -> tuple[str, Tally]:
    """Return an export of the interactions of Genesys Cloud."""
    rows: list[Sequence[object]] = []
    tally = Tally()
    for number in range(count):
        media, way, has_agent, code, connected, talked, success = _GENESYS[number % len(_GENESYS)]
        at, inbound = instant(number), way.startswith("Inbound")
        agent = f"{AGENTS[number % 3].title()} Example"
        users = (f"Dan Example; {agent}" if number % 8 == 5 else agent) if has_agent else ""
        talk, hold, wrap, wait = (60 + number, 7, 20, 12) if talked else (0, 0, 0, 25 if inbound else 0)
        outside, own = f"tel:+155501{number % 100:02d}", "sip:100@example.com"
        ani, dnis = (outside, own) if inbound else (own, outside)
        lengths = [
            length * 1000 if milliseconds else f"{clock(length)}.000" for length in (wait, talk, hold, wrap)
        ]
        rows.append((
            "YES", "", "", media, users, "Customer", wall(at, "%m/%d/%y, %I:%M %p").lstrip("0"), "", 1000 * talk, way, ani, dnis,
            "Sales; Care" if inbound else "Fibre", code, "", f"c-{number}", "YES" if inbound and not talked else "NO", *lengths,
        ))  # fmt: skip
        if media != "voice":
            continue
        tally.begin(at.replace(second=0), inbound=inbound)
        tally.connected += connected and not inbound
        tally.answered += talked and inbound
        tally.abandoned += inbound and not talked
        tally.successes += success
        if talked:
            tally.talk_s += talk
            tally.hold_s += hold
            tally.wrap_s += wrap
            tally.wait_s += wait if inbound else 0
            tally.by_agent[agent] += 1
    tally.rows = len(rows)
    return text([GENESYS, *rows]), tally


CXONE = (
    "Contact_ID", "Master_Contact_ID", "Contact_Code", "Media_Name", "Contact_Name", "ANI_DIALNUM", "Skill_No", "Skill_Name",
    "Campaign_No", "Campaign_Name", "Agent_No", "Agent_Name", "Team_No", "Team_Name", "SLA", "Start_Date", "start_time",
    "PreQueue", "InQueue", "Agent_Time", "PostQueue", "ACW_Time", "Total_Time_Plus_Disposition", "Abandon_Time",
    "Routing_Time", "Abandon", "Callback_Time", "Logged", "Hold_Time", "Disp_Code", "Disp_Name", "Disp_Comments", "Tags",
)  # fmt: skip


def cxone(count: int = 120) -> tuple[str, Tally]:
    """Return call detail records of CXone; every sixth call is handed on twice."""
    rows: list[Sequence[object]] = []
    tally = Tally()
    for number in range(count):
        at, kind = instant(number), number % 6

        def contact(identity: int, parent: int, agent: str, skill: str, code: str, wait: int, talk: int, hold: int, wrap: int,
                    at: datetime = at, number: int = number, media: str = "Phone Call") -> None:  # fmt: skip
            rows.append((
                identity, parent, 1, media, "5550199", f"55501{number % 100:02d}", 7, skill, 3, "Fibre", 11 if agent != "N/A" else 0,
                agent, 1, "T", 1, wall(at, "%m/%d/%Y"), wall(at, "%H:%M:%S"), 3, wait, talk + hold, 0, wrap, 0, 0, 0,
                "N" if agent != "N/A" else "Y", 0, "N", hold, 0, code, "", "",
            ))  # fmt: skip

        own, agent = 1000 + 10 * number, f"Example, {AGENTS[number % 3].title()}"
        if kind == 5:
            contact(own, own, agent, "Mail", "Sale", 0, 10, 0, 0, media="E-Mail")
            continue
        tally.begin(at, inbound=kind > 1)
        if kind == 0:
            contact(own, own, agent, "Fibre Outbound", "Sale", 0, 60 + number, 5, 20)
            tally.connected += 1
            tally.successes += 1
        elif kind == 1:
            contact(own, own, agent, "Fibre Outbound", "No Answer", 0, 0, 0, 0)
            tally.by_agent[agent] += 1
            continue
        elif kind == 2:
            contact(own, own, "N/A", "Care", "", 31, 0, 0, 0)
            tally.abandoned += 1
            continue
        elif kind == 3:
            contact(own, own, agent, "Care", "Tariff explained", 12, 60 + number, 5, 20)
            tally.answered += 1
            tally.wait_s += 12
        else:
            contact(own, own, "Example, Dan", "Care", "Handed on", 12, 30, 0, 0)
            contact(
                own + 1, own, "Example, Eve", "Care", "Handed on", 8, 20, 0, 0, at + timedelta(seconds=50)
            )
            contact(
                own + 2,
                own + 1,
                agent,
                "Care",
                "Tariff explained",
                5,
                10 + number,
                5,
                20,
                at + timedelta(seconds=90),
            )
            tally.answered += 1
            tally.wait_s += 25
        tally.talk_s += 60 + number
        tally.hold_s += 5
        tally.wrap_s += 20
        tally.by_agent[agent] += 1
    tally.rows = len(rows)
    return text([CXONE, *rows]), tally
