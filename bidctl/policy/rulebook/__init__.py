"""The rulebook: every rule of sections 1 and 2 in one place, vectorised over campaigns, after EVERY policy."""

from bidctl.policy.rulebook.precedence import ROW_RULES, RowRule
from bidctl.policy.rulebook.run import apply_rulebook
from bidctl.policy.rulebook.settings import RuleSettings

__all__ = ["ROW_RULES", "RowRule", "RuleSettings", "apply_rulebook"]
