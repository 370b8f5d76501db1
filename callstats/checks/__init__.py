"""Named rules: good rows go on, the rest goes to the rejects with the reason.

``apply`` divides rows while they are imported; ``findings`` looks at a whole
data set, on any engine, and says what a reader should know before trusting it.
"""

from callstats.checks.apply import apply
from callstats.checks.findings import Finding, findings
from callstats.checks.rules import RULES, Rule

__all__ = ["RULES", "Finding", "Rule", "apply", "findings"]
