"""Writes random conditions that type, and records for them, nulls included."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from jiuzhou.rules import Type, type_of

TODAY = date(2026, 3, 31)
KIND = {
    "tier": pa.string(),
    "industry": pa.string(),
    "region_code": pa.string(),
    "score": pa.float64(),
    "visits": pa.int64(),
    "clv": pa.decimal128(18, 4),
    "key_account": pa.bool_(),
    "consent": pa.bool_(),
    "needs": pa.list_(pa.string()),
    "created_at": pa.date32(),
}
SCHEMA = {name: kind for name, arrow in KIND.items() if (kind := type_of(arrow))}
TEXTS = {
    "tier": ["A", "B", "C", "", "D'"],
    "industry": ["医疗", "制造", 'a"b\\', "医", "医疗器械"],
    "region_code": ["440000", "440300", "440305", "450000", "US", "US-CA", "USX"],
}
NUMBERS = [0, 1, -1, 5, 0.1, 0.3, 2.5, 1e-7, 12345.6789, 9007199254740993]


def names_of(*wanted: Type) -> list[str]:
    return [name for name, kind in SCHEMA.items() if kind in wanted]


class Author:
    """Writes conditions as text, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def one(self, options: list[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def quoted(self, text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def number(self) -> str:
        return repr(self.one(NUMBERS))

    def leaf(self) -> str:
        text, number = self.one(names_of(Type.TEXT)), self.one(names_of(Type.NUMBER))
        order = self.one(["==", "!=", "<", "<=", ">", ">="])
        same = self.one(["==", "!="])
        word = self.quoted(self.one(TEXTS[text]))
        return str(
            self.one(
                [
                    f"{text} {order} {word}",
                    f"{word} {order} {text}",
                    f"{number} {order} {self.number()}",
                    f"{self.number()} {order} {number}",
                    f"{text} in [{word}, {self.quoted(self.one(TEXTS[text]))}]",
                    f"{number} in [{self.number()}, {self.number()}]",
                    f"{self.one(list(SCHEMA))} {same} null",
                    f"null {same} {number}",
                    f"{text} {order} {self.one(names_of(Type.TEXT))}",
                    f"{number} {order} {self.one(names_of(Type.NUMBER))}",
                    f"key_account {same} {self.one(['true', 'false', 'consent'])}",
                    self.one(names_of(Type.YES_NO)),
                    f"{self.quoted(self.one(['x', 'y', '']))} in needs",
                    f"{text}.{self.one(['startsWith', 'endsWith', 'contains'])}({word})",
                    f'within(region_code, "{self.one(["440000", "44", "4403", "US", "US-CA", "450000"])}")',
                    'within(region_code, ["440300", "US"])',
                    f"daysSince(created_at) {order} {self.one([0, 30, 30.5, -3])}",
                    f"daysSince(created_at) {same} null",
                    f"daysSince(created_at) {order} score",
                    "daysSince(created_at) in [0, 30]",
                    self.one(["true", "false"]),
                ]
            )
        )

    def condition(self, depth: int) -> str:
        kind = int(self.rng.integers(4)) if depth else 0
        if kind == 0:
            return self.leaf()
        if kind == 1:
            return f"!({self.condition(depth - 1)})"
        sign = " && " if kind == 2 else " || "
        return sign.join(f"({self.condition(depth - 1)})" for _ in range(int(self.rng.integers(2, 4))))

    def column(self, name: str, n_rows: int) -> pa.Array:
        kind, arrow = SCHEMA[name], KIND[name]
        drawn: list[Any] = []
        for _ in range(n_rows):
            if kind is Type.TEXT:
                drawn.append(self.one(TEXTS[name]))
            elif kind is Type.YES_NO:
                drawn.append(bool(self.rng.integers(2)))
            elif kind is Type.LIST:
                drawn.append(self.one([[], ["x"], ["x", "y"], ["z", None], [""]]))
            elif kind is Type.DAY:
                drawn.append(TODAY - timedelta(days=int(self.rng.integers(-5, 60))))
            elif arrow == pa.float64():
                drawn.append(float(self.one([*NUMBERS, float("nan")])))
            else:
                value = self.one(NUMBERS)
                drawn.append(int(value) if arrow == pa.int64() else Decimal(str(round(value % 10_000_000, 4))))
        gone = self.rng.random(n_rows) < 0.2
        return pa.array([None if away else value for value, away in zip(drawn, gone, strict=True)], arrow)
