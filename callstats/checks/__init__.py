"""Named rules: good rows go on, the rest goes to the rejects with the reason.

``apply`` sorts rows during import; ``findings`` checks a whole data set, on any
engine, and reports what a reader should know before trusting it.
"""

from callstats.checks.apply import apply, rejected
from callstats.checks.findings import Finding, findings
from callstats.checks.rules import KEYS, RULES, Rule

__all__ = ["KEYS", "RULES", "Finding", "Rule", "apply", "findings", "rejected"]
