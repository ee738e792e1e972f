"""Materials of a campaign and their shares of its numbers: fixed weights over those alive, so that rows add up to the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.emulator import ids
from sim.emulator.times import DAY
from sim.seam import CampaignSpec

CUSTOM_VIDEOS, AUTO_VIDEOS = 8, 2
WEIGHTS = (34, 21, 13, 8, 5, 3, 2, 1)
AUTO_WEIGHTS = (6, 4)
OTHER_WEIGHT = 3
"""Share of the pseudo row -2: creatives that the platform lists together."""


@dataclass(slots=True)
class Material:
    """One material. `kind` VIDEO, TITLE or LIVE_ROOM; `auto`: picked by the system; times epoch s, None = not deleted; `rate`: what a
    yuan on it earns, beside 1 for most."""

    id: int
    kind: str
    title: str
    auto: bool
    weight: int
    created_at: float
    deleted_at: float | None = None
    video_id: str = ""
    rate: float = 1.0
    item_id: int = 0

    @property
    def item(self) -> int:
        """Its id on the account's home page."""
        return self.item_id or self.id % 10**16

    def alive(self, begin: float, end: float) -> bool:
        """Whether it was there at some moment of [begin, end)."""
        return self.created_at < end and (self.deleted_at is None or self.deleted_at > begin)


def starting_set(campaign: int, spec: CampaignSpec) -> list[Material]:
    """What a campaign begins with: eight own videos a few hours apart, two picked by the system, a title; live: its room."""
    found = [
        video(campaign, n, f"素材 {n + 1}", False, WEIGHTS[n], spec.created_at + n * 6 * 3600 * (n >= 5))
        for n in range(CUSTOM_VIDEOS)
    ]
    found += [
        video(campaign, CUSTOM_VIDEOS + n, f"系统优选 {n + 1}", True, AUTO_WEIGHTS[n], spec.created_at)
        for n in range(AUTO_VIDEOS)
    ]
    last = CUSTOM_VIDEOS + AUTO_VIDEOS
    found.append(Material(ids.material(campaign, last), "TITLE", f"标题 {campaign + 1}", False, 0, spec.created_at))
    if spec.kind == 1:
        found.append(Material(ids.material(campaign, last + 1), "LIVE_ROOM", "直播间画面", False, 20, spec.created_at))
    return found


def video(campaign: int, number: int, title: str, auto: bool, weight: int, at: float) -> Material:
    """A video material; its `video_id` is a function of its id."""
    name = ids.material(campaign, number)
    return Material(name, "VIDEO", title, auto, weight, at, video_id=video_id(name))


def video_id(material: int) -> str:
    return f"v0200fg{material}"


class Share(NamedTuple):
    """Of a day's spend, and of what it earned."""

    spend: float
    earned: float


def shares(materials: Sequence[Material], day: float) -> dict[int, Share]:
    """Shares of a natural day by material id (-2 = the pseudo row); each sums to 1."""
    alive = [m for m in materials if m.weight and m.alive(day, day + DAY)]
    weight = {-2: float(OTHER_WEIGHT), **{m.id: float(m.weight) for m in alive}}
    earning = {-2: float(OTHER_WEIGHT), **{m.id: m.weight * m.rate for m in alive}}
    spend, earned = sum(weight.values()), sum(earning.values())
    return {name: Share(weight[name] / spend, earning[name] / earned) for name in weight}
