"""The emulator's own handles under /_emulator/: time, faults, people, marks, and what the platform would not tell."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping

from sim.emulator import ids, oauth, times
from sim.emulator.campaign import GOALS, Campaign
from sim.emulator.doudian.routes import Shop
from sim.emulator.doudian.tokens import APP_KEY, SECRET
from sim.emulator.edits import human_value
from sim.emulator.routes import Reply, Request, Router
from sim.emulator.service import Boost

PREFIX = "/_emulator/"
Body = Mapping[str, object]


class Control:
    """Answers control calls; their answers are plain JSON without an envelope, errors `{"error": one line}` with 400."""

    def __init__(self, router: Router, shop: Shop) -> None:
        self._router, self._service, self._shop = router, router.service, shop
        self._calls: dict[tuple[str, str], Callable[[Body], object]] = {
            ("GET", "clock"): self._clock,
            ("POST", "advance"): self._advance,
            ("POST", "speed"): self._speed,
            ("POST", "human_edit"): self._human_edit,
            ("POST", "boost"): self._boost,
            ("POST", "faults"): self._arm,
            ("GET", "faults"): lambda body: self._service.faults.report(),
            ("DELETE", "faults"): self._disarm,
            ("GET", "journal"): self._journal,
            ("GET", "truth"): lambda body: self._service.world.truth(),
            ("POST", "mark"): self._mark,
            ("POST", "token"): self._token,
            ("GET", "config"): self._config,
            ("POST", "shop_app"): self._shop_app,
            ("POST", "shop_order"): self._shop_order,
        }

    def answer(self, request: Request) -> Reply:
        """One control call."""
        name = request.target.partition("?")[0].removeprefix(PREFIX).strip("/")
        handler = self._calls.get((request.method, name))
        try:
            if handler is None:
                raise ValueError(f"{request.method} {PREFIX}{name}: no such control; see sim/emulator/control.py")
            self._router.editor.settle()
            body = json.dumps(handler(_body(request)), ensure_ascii=False).encode()
            return Reply(body, then=self._router.editor.settle)
        except (ValueError, TypeError) as error:
            return Reply(json.dumps({"error": str(error)}, ensure_ascii=False).encode(), 400)

    def _clock(self, body: Body) -> object:
        return {
            "now": times.iso(self._service.clock.now()),
            "epoch": self._service.clock.now(),
            "speed": self._service.clock.speed,
            "campaigns": len(self._service.campaigns),
        }

    def _advance(self, body: Body) -> object:
        """Move time forward (stepped: the only way it moves). People's edits that fall due are in the journal before it answers;
        the world follows while the answer travels, at the latest before the next call is answered."""
        self._service.clock.advance(_seconds(body, "seconds"))
        if self._router.editor.due():
            self._router.editor.settle()
        return self._clock(body)

    def _speed(self, body: Body) -> object:
        """{"speed"}: virtual seconds a real one from now on; 0 = stepped."""
        self._service.clock.run_at(_seconds(body, "speed"))
        return self._clock(body)

    def _human_edit(self, body: Body) -> object:
        """{"campaign", "field", "value", "after_seconds"}: a person's edit, now or later."""
        c = self._plan(body)
        name = str(body.get("field"))
        value = human_value(name, body.get("value"))
        due = self._service.schedule(c.index, name, value, _seconds(body, "after_seconds", 0.0))
        self._router.editor.settle()
        return {"at": times.iso(due)}

    def _boost(self, body: Body) -> object:
        """{"campaign", "hours", "budget"}: a boost that begins now."""
        c, s = self._plan(body), self._service
        fen = round(_seconds(body, "budget", 100.0) * 100)
        s.boosts.append(Boost(ids.TASK + len(s.boosts), c.index, s.now, _seconds(body, "hours", 6.0), fen))
        return {"id": s.boosts[-1].id}

    def _arm(self, body: Body) -> object:
        rule = self._service.faults.arm(body)
        return {"kind": rule.kind, "path": rule.path, "method": rule.method, "nth": rule.nth, "count": rule.left}

    def _disarm(self, body: Body) -> object:
        self._service.faults.clear()
        return {}

    def _journal(self, body: Body) -> object:
        return [json.loads(line) for line in self._service.journal.lines()]

    def _mark(self, body: Body) -> object:
        name, data = body.get("mark", body.get("name")), body.get("data") or {}
        if not isinstance(name, str) or not name or not isinstance(data, dict):
            raise ValueError(f'body {dict(body)!r}: expected {{"mark": name, "data": {{...}}}}')
        at = self._service.stamp()
        self._service.journal.mark(name, at, data)
        return {"mark": name, "at": times.iso(at)}

    def _token(self, body: Body) -> object:
        app = body.get("app_id")
        if isinstance(app, bool) or not isinstance(app, str | int) or not str(app):
            raise ValueError(f"app_id {app!r}: expected an app id")
        return {"app_id": str(app), "access_token": self._service.tokens.mint_forever(str(app), self._service.now)}

    def _config(self, body: Body) -> object:
        """Accounts and campaigns, and how to get a token."""
        s = self._service
        return {
            "platform": "qianchuan",
            "now": times.iso(s.clock.now()),
            "accounts": [
                {"id": str(ids.ACCOUNT + a), "name": oauth.account_name(ids.ACCOUNT + a)} for a in sorted(s.of_account)
            ],
            "campaigns": [self._campaign(c) for c in s.campaigns],
            "auth_code": "auth-code-<anything>",
            "sample_token": "T",
            "shop": {"id": str(ids.SHOP), "app_key": APP_KEY, "app_secret": SECRET} if self._shop.till.open else None,
        }

    def _shop_app(self, body: Body) -> object:
        """{"app_key", "app_secret"}: another app that may call the shop."""
        key, secret = body.get("app_key"), body.get("app_secret")
        if not isinstance(key, str) or not isinstance(secret, str) or not key or not secret:
            raise ValueError('body: expected {"app_key": text, "app_secret": text}')
        self._shop.tokens.apps[key] = secret
        return {"app_key": key}

    def _shop_order(self, body: Body) -> object:
        """An order put in (`sim/emulator/doudian/sales.py`), which no campaign has won."""
        return {"order_id": str(self._shop.till.put_in(body))}

    def _campaign(self, c: Campaign) -> object:
        return {
            "index": c.index,
            "id": str(c.id),
            "account": str(c.account),
            "name": c.spec.name,
            "goal": "live" if c.live else "goods",
            "marketing_goal": GOALS[c.spec.kind],
            "cost_controlled": c.spec.cost_controlled,
            "overall": c.spec.overall,
            "ended": self._service.world.finished(c.index),
            "created_at": times.iso(c.spec.created_at),
            "aweme_id": None if c.aweme is None else str(c.aweme),
            "enrol": self._terms(c.index),
        }

    def _terms(self, index: int) -> object:
        """How an operator would enrol the campaign, None = would not."""
        told = self._service.world.terms(index)
        if not told.wanted:
            return None
        terms = {
            "side": told.side.name.lower(),
            "intent": told.intent.name.lower(),
            "goal": told.goal,
            "margin": told.margin,
        }
        return {"group": told.group, **terms}

    def _plan(self, body: Body) -> Campaign:
        raw = body.get("campaign")
        number = int(raw) if isinstance(raw, str | int) and str(raw).isdigit() else -1
        found = self._service.find(number)
        if found is None:
            raise ValueError(f"campaign {raw!r}: no such plan id; GET {PREFIX}config lists them")
        return found


def _body(request: Request) -> Body:
    if not request.body.strip():
        return {}
    tree = json.loads(request.body)
    if not isinstance(tree, dict):
        raise ValueError("body: expected a JSON object")
    return tree


def _seconds(body: Body, name: str, default: float | None = None) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} {value!r}: expected a number, 0 or more")
    return float(value)
