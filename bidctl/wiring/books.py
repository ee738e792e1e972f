"""What the ledger has recorded of an account, laid out for reports; nothing is asked of the platform, nothing is written."""

from __future__ import annotations

from datetime import datetime, timedelta

from bidctl.adapters.qianchuan.reads import CAPABILITIES
from bidctl.config import Settings
from bidctl.domain.values import AccountId
from bidctl.engine.columns import Columns
from bidctl.engine.due import KEPT_DAYS
from bidctl.engine.history import covers
from bidctl.engine.observe import Observer
from bidctl.engine.reading import kinds_with
from bidctl.engine.selectors import is_selector
from bidctl.engine.standing import Standing
from bidctl.problem import UsageProblem
from bidctl.wiring import clock, ledger
from bidctl.wiring.words import Say


def recorded(settings: Settings, account: AccountId, standing: Standing | None = None) -> Columns:
    """The columns of an account as of now, from the ledger's facts alone. Raises UsageProblem where it has none."""
    now = clock(settings).now()
    with ledger(settings) as opened, opened.begin() as t:
        known = list(t.load_campaigns(account).values())
        facts = t.load_facts(account, now - timedelta(days=KEPT_DAYS))
        if not known or len(facts) == 0:
            raise UsageProblem(Say.NOTHING_RECORDED(account=account))
        observer = Observer(account, CAPABILITIES)
        observer.restore([k.info for k in known], max(k.seen_at for k in known), [k.life for k in known if k.life])
        observer.ingest_enrolments(e for e in t.enrolments(account) if not is_selector(e.campaign))
        observer.ingest(facts)
        for cover in covers(facts):
            kinds = kinds_with(CAPABILITIES, cover.grain)
            asked = [k.info.campaign for k in known if k.info.kind in kinds]
            observer.cover(asked, cover.grain, _instant(cover.since, now), _instant(cover.until, now))
        observer.ingest_edits(t.edits(account, now - timedelta(days=KEPT_DAYS)))
    return observer.columns(now, standing)


def _instant(at: float, like: datetime) -> datetime:
    return datetime.fromtimestamp(at, like.tzinfo)
