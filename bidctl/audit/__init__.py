"""The audit: judges a platform's journal of writes by section 5 of the rulebook, in plain code of its own.

It imports nothing of bidctl and nothing outside the standard library, so that a mistake of the controller cannot hide
in the code that looks for it.

>>> from bidctl.audit import audit, lines_of, open_ledger
"""

from bidctl.audit.journal import AuditProblem, lines_of
from bidctl.audit.judge import audit
from bidctl.audit.ledger import LedgerView, StoredDecision, open_ledger
from bidctl.audit.report import AuditReport, BadLine, Clause, NotJudged, Race, Violation, Words

__all__ = [
    "AuditProblem",
    "AuditReport",
    "BadLine",
    "Clause",
    "LedgerView",
    "NotJudged",
    "Race",
    "StoredDecision",
    "Violation",
    "Words",
    "audit",
    "lines_of",
    "open_ledger",
]
