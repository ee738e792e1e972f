"""The policy author's whole vocabulary.

>>> from bidctl.policy import Observation, Reason, Rules, keep, scale, set_to
"""

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.policy.rules import Policy, Rules, Wishes, keep, resolve, scale, set_to

__all__ = ["Observation", "Policy", "Reason", "Rules", "Wishes", "keep", "resolve", "scale", "set_to"]
