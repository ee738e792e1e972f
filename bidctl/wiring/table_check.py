"""Whether the operator's tables can be read and speak of anything that the ledger knows: one that does not guards nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bidctl.adapters.store.ledger import SqlTransaction
from bidctl.config import Settings
from bidctl.domain.tables import OperatorTables
from bidctl.problem import Problem
from bidctl.wiring import ledger
from bidctl.wiring.catalogue import creators_of, fields_of, grades_of, products_of
from bidctl.wiring.tables import TableFiles
from bidctl.wiring.words import Say
from bidctl.wording import Wording


def examined(settings: Settings) -> Wording:
    """How many tables are read. Raises TableError where one cannot be, Problem where one names nothing that is known."""
    told = TableFiles(settings.tables)()
    fields = fields_of(settings, None)
    for read in (products_of, creators_of, grades_of):
        read(settings, None)
    with ledger(settings) as opened, opened.begin() as t:
        strange = [*_strange(t, told, fields.campaigns)]
    if strange:
        raise Problem(Say.TABLES_STRANGE(names="; ".join(f"{name} ({some})" for name, some in strange)))
    return Say.TABLES_FINE(count=sum(bool(file) for _, file in settings.tables))


def _strange(t: SqlTransaction, told: OperatorTables, tagged: Collection[str]) -> Iterator[tuple[str, str]]:
    """Tables of which not one name is known, each with a name that it has; nothing before the ledger knows any campaign."""
    accounts = [*t.accounts()]
    infos = [known.info for account in accounts for known in t.load_campaigns(account).values()]
    if not infos:
        return
    products, rooms = {p for i in infos for p in i.products}, {i.live_account for i in infos if i.live_account}
    for name, named, known in (
        ("stock", told.stock, products), ("unshipped", told.unshipped, accounts), ("hosts", told.hosts, rooms),
        ("cash", told.receipts, accounts), ("fields", tagged, {i.campaign for i in infos}),
    ):  # fmt: skip
        if named and not set(map(str, named)) & set(map(str, known)):
            yield name, str(next(iter(named)))
