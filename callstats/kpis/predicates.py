"""The rows the catalogue refers to, each defined once.

dial -> connected -> live -> abandoned or handled -> right party -> argued ->
success or refusal. Every predicate names its direction, so that a mixed data
set never counts a received call as a dial. Unknown flags satisfy nothing.
"""

from __future__ import annotations

from callstats.kpis.define import Condition, Predicate, Setting, known

OUTBOUND = Condition("direction", "==", "outbound")
INBOUND = Condition("direction", "==", "inbound")

#: Seconds within which a received call should be answered (the T of the service level).
ANSWER_WITHIN = Setting("answer_within_s", 20)
#: A caller who hangs up within this many seconds is assumed to have misdialled.
SHORT_ABANDON = Setting("short_abandon_s", 5)
#: Callers who are gone are counted at this second.
GONE_WITHIN = Setting("gone_within_s", 60)


def _flag(column: str, value: bool = True) -> Condition:
    return Condition(column, "==", value)


# Calls, outbound
DIALS = Predicate("calls", "dials", (OUTBOUND,))
CONNECTED = DIALS.also("connected calls", _flag("connected"))
LIVE = DIALS.also("live calls", _flag("live"))
HANDLED = DIALS.also("handled calls", _flag("handled"))
ABANDONED = DIALS.also("abandoned live calls", _flag("abandoned"))
RIGHT_PARTY = DIALS.also("right-party calls", _flag("right_party"))
ARGUED = DIALS.also("offers heard", _flag("argued"))
SUCCESSES = DIALS.also("successes", _flag("success"))
CANCELLED = SUCCESSES.also("cancelled successes", _flag("cancelled"))
CLOSED = DIALS.also("calls that closed the contact", _flag("closed"))
DO_NOT_CALL = DIALS.also("do-not-call requests", _flag("do_not_call"))
INVALID = DIALS.also("dials to an invalid number", _flag("invalid_number"))
FIRST_CLOSE = SUCCESSES.also("successes on the first live call", _flag("live"), Condition("live_no", "==", 1))
#: A machine that detection missed: the line was answered, not by a person, and an agent was on it.
MACHINE_SEEN = DIALS.also(
    "machines seen by agents", _flag("connected"), _flag("live", False), *known("agent_id")
)

# Calls, inbound
OFFERED = Predicate("calls", "calls offered", (INBOUND,))
ANSWERED = OFFERED.also("calls answered", _flag("handled"))
UNANSWERED = OFFERED.also("calls not answered", _flag("handled", False))
ANSWERED_WITHIN = ANSWERED.also("calls answered in time", Condition("queue_s", "<=", ANSWER_WITHIN))
QUEUE_ABANDONED = UNANSWERED.also("calls abandoned in the queue", _flag("abandoned"))
ABANDONED_WITHIN = QUEUE_ABANDONED.also("calls abandoned in time", Condition("queue_s", "<=", ANSWER_WITHIN))
GONE = QUEUE_ABANDONED.also("callers gone", Condition("queue_s", "<=", GONE_WITHIN))
ABANDONED_SHORT = QUEUE_ABANDONED.also("short abandoned calls", Condition("queue_s", "<=", SHORT_ABANDON))

# Calls in both directions: how long a conversation takes does not depend on who rang.
CONVERSATIONS = Predicate("calls", "handled calls", (_flag("handled"),))
TIMED = CONVERSATIONS.also("handled calls whose times are known", *known("talk_s", "wrap_s"))

# Agents' time
LOGIN = Predicate("agent_time", "login time")
TALKING = LOGIN.also("talk time", Condition("state", "==", "talk"))
HOLDING = LOGIN.also("hold time", Condition("state", "==", "hold"))
WRAPPING = LOGIN.also("wrap time", Condition("state", "==", "wrap"))
WAITING = LOGIN.also("wait time", Condition("state", "==", "wait"))
PAUSING = LOGIN.also("pause time", Condition("state", "==", "pause"))
BUSY = LOGIN.also("talk, hold and wrap time", Condition("state", "in", ("talk", "hold", "wrap")))
AVAILABLE = LOGIN.also(
    "talk, hold, wrap and wait time", Condition("state", "in", ("talk", "hold", "wrap", "wait"))
)
PAID = LOGIN.also("paid time", _flag("paid"))
PAID_AVAILABLE = AVAILABLE.also("paid talk, hold, wrap and wait time", _flag("paid"))

# Contacts
#: Contacts won for a campaign, with the dials until then.
WINS = Predicate("wins", "contacts won")
WINS_NUMBERED = WINS.also("contacts won", *known("touches"))
LOADED = Predicate("contacts", "contacts loaded")
CONSENTING = LOADED.also("contacts who agreed to be called", _flag("consent"))
#: The deadlines follow from the calling hours and ``list_deadline_h`` of the project.
DEADLINES = Predicate("deadlines", "contacts loaded")
DUE = DEADLINES.also("contacts whose deadline is over", *known("local_loaded_at"))
BY_DEADLINE = DUE.also("contacts dialled by the deadline", _flag("in_time"))

# Costs
COSTS = Predicate("costs", "costs")
#: What dialling cost: the wages of a queue beside the campaigns are no part of a dial.
DIALLING_COSTS = COSTS.also("costs of dialling", OUTBOUND)
ACQUISITION_COSTS = DIALLING_COSTS.also(
    "labour, advertising and technical costs of dialling",
    Condition("kind", "in", ("labour", "advertising", "technical")),
)

# Quality and what customers say
SCORES = Predicate("evaluations", "scores")
CSAT_ASKED = Predicate("surveys", "satisfaction questions", (Condition("kind", "==", "csat"),))
CSAT_ANSWERED = CSAT_ASKED.also("satisfaction answers", *known("score"))
CSAT_TOP = CSAT_ANSWERED.also("answers of 4 or 5", Condition("score", ">=", 4))
NPS_ASKED = Predicate("surveys", "recommendation questions", (Condition("kind", "==", "nps"),))
NPS_ANSWERED = NPS_ASKED.also("recommendation answers", *known("score"))
PROMOTERS = NPS_ANSWERED.also("promoters (9-10)", Condition("score", ">=", 9))
DETRACTORS = NPS_ANSWERED.also("detractors (0-6)", Condition("score", "<=", 6))
RESOLVED_ASKED = Predicate("surveys", "resolution questions", (Condition("kind", "==", "resolved"),))
RESOLVED_ANSWERED = RESOLVED_ASKED.also("resolution answers", *known("score"))
RESOLVED = RESOLVED_ANSWERED.also("answers of resolved", Condition("score", ">=", 1))

# Call-backs and cases
PROMISED = Predicate("callbacks", "call-backs promised")
KEPT = PROMISED.also("call-backs kept", _flag("kept"))
CALLBACK_WON = PROMISED.also("call-backs that ended in a success", _flag("success"))
CASES = Predicate("cases", "issues")
SOLVED_CASES = CASES.also("issues solved", *known("resolution_s"))
SOLVED_FIRST = CASES.also("issues solved at the first call", _flag("solved_first_call"))

#: Every predicate by its lower-case name, for use in custom formulas.
NAMED: dict[str, Predicate] = {
    name.lower(): value for name, value in dict(globals()).items() if isinstance(value, Predicate)
}
