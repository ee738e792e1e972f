"""`python -m tests.sim.golden`: write the golden ledger anew; review what changed with `git diff`."""

from tests.sim.golden.ledger import PLACE, ledger

PLACE.write_text(ledger(), "utf-8")
