"""How people call what the ledger stores by code: fields, outcomes of writes, bases of goals, holds."""

from __future__ import annotations

from bidctl.domain.values import Basis, Field, Hold
from bidctl.domain.writes import WriteState
from bidctl.wording import Wording

FIELDS = {
    Field.ROI_TARGET: Wording("ROI目标", "ROI target"),
    Field.OBJECTIVE: Wording("优化目标", "objective"),
    Field.BUDGET: Wording("预算", "budget"),
    Field.STATUS: Wording("状态", "status"),
    Field.CREATIVE: Wording("素材", "creative"),
}
STATES = {
    WriteState.TAKEN: Wording("待检查", "taken"),
    WriteState.SENDING: Wording("发送中", "sending"),
    WriteState.UNKNOWN: Wording("结果未明", "unknown"),
    WriteState.CONFIRMED: Wording("已生效", "confirmed"),
    WriteState.REFUSED: Wording("平台拒绝", "refused"),
    WriteState.PUT_OFF: Wording("稍后再定 (频率或令牌)", "put off (pace or token)"),
    WriteState.NOT_SENT: Wording("未发送", "not sent"),
    WriteState.DROPPED: Wording("已放弃", "dropped"),
    WriteState.ABSENT: Wording("未发生", "absent"),
}
BASES = {
    Basis.PROJECTED: Wording("预计结算", "projected"),
    Basis.PAID: Wording("支付", "paid"),
    Basis.NET_1H: Wording("1小时净成交", "net 1 h"),
    Basis.NET_7D: Wording("7日结算", "net 7 d"),
    Basis.NET_14D: Wording("14日结算", "net 14 d"),
    Basis.NET_30D: Wording("30日结算", "net 30 d"),
    Basis.NET_90D: Wording("90日结算", "net 90 d"),
    Basis.BILLED: Wording("最终结算", "billed"),
}
HOLDS = {
    Hold.TARGETS: Wording("冻结:目标", "hold:targets"),
    Hold.ALL: Wording("冻结:全部", "hold:all"),
}
TABLES = (FIELDS, STATES, BASES, HOLDS)
