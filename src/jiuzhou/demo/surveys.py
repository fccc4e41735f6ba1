"""What customers answered when asked: satisfaction after an order, recommendation once in a while, needs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import blanked, moments, pick, table_of
from jiuzhou.demo.customers import Customers
from jiuzhou.demo.orders import Orders
from jiuzhou.demo.people import NEEDS
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.kernel.arrays import Floats, Ints

_KINDS = ("csat", "nps", "need")
_SCALE_MAX = np.array([5.0, 10.0, 5.0])
_COMMENTS = ("产品稳定，服务及时。", "价格偏高，希望有优惠。", "交货慢了一些。", "培训很有帮助。", "报告格式需要改进。")
_ASKED_AFTER_ORDER = 0.07
_ASKED_A_YEAR = 0.35


def survey_table(world: World, block: int, who: Customers, placed: Orders) -> pa.Table:
    """Return the answers of a block: csat 1 to 5, nps 0 to 10, weight of a need 1 to 5."""
    rng = stream(world.seed, Topic.SURVEYS, block)
    rhythm = world.rhythm
    asked = np.flatnonzero(rng.random(len(placed.day)) < _ASKED_AFTER_ORDER)
    nps = np.flatnonzero(rng.random(BLOCK) < _ASKED_A_YEAR)
    need = np.flatnonzero(rng.random(BLOCK) < 0.08)
    row = np.r_[placed.customer[asked], nps, need]
    kind = np.repeat(np.arange(3), (len(asked), len(nps), len(need)))
    yearly = np.r_[nps, need]
    begins = np.maximum(who.first_day[yearly], rhythm.end_day - 330)
    later = begins + (rng.random(len(yearly)) * (rhythm.end_day - begins)).astype(np.int64)
    day = np.minimum(np.r_[placed.day[asked] + 4, later], rhythm.end_day - 1)
    score = _scores(kind, who.satisfaction[row], rng)
    wordy = rng.random(len(row)) < 0.12
    return table_of(
        "surveys",
        {
            "customer_id": who.ids.take(pa.array(row)),
            "at": moments(day, np.full(len(row), 15 * 3600)),
            "kind": pick(_KINDS, kind),
            "score": score,
            "comment": blanked(pick(_COMMENTS, rng.integers(0, len(_COMMENTS), len(row))), ~wordy),
            "scale_max": _SCALE_MAX[kind],
            "topic": blanked(pick(NEEDS, rng.integers(0, len(NEEDS), len(row))), kind != 2),
            "owner_id": pick(world.sellers.ids, who.ownership.on(row, day)),
        },
    )


def _scores(kind: Ints, satisfaction: Floats, rng: np.random.Generator) -> Floats:
    felt = np.clip(satisfaction + rng.normal(0.06, 0.16, len(kind)), 0, 1)
    lowest = np.where(kind == 1, 0.0, 1.0)
    scores: Floats = np.rint(lowest + felt * (_SCALE_MAX[kind] - lowest))
    return scores
