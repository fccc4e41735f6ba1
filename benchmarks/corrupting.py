"""Second records of customers as other people type them: the corrupter of ``duplicates.py``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pyarrow as pa

from jiuzhou.collect.companies.traditional import SIMPLIFIED
from jiuzhou.demo import customer_table as tables
from jiuzhou.demo.book import AS_OF, SEED
from jiuzhou.demo.customers import customers
from jiuzhou.demo.streams import BLOCK
from jiuzhou.demo.world import world_of
from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.credit_code import LETTERS

COLUMNS = ("customer_id", "name", "phone", "email", "tax_id", "region_code", "address")
Row = dict[str, str | None]
Fault = Callable[[str, np.random.Generator], str]

_FORMS = ("股份有限公司", "集团有限公司", "有限责任公司", "有限公司")
_CITIES = {city.name: city.code for city in CITIES}
_TRADITIONAL = {simple: old for old, simple in SIMPLIFIED.items()}
_DISTRICTS = ("高新区", "经济开发区", "城东新区", "城西街道", "工业园区", "科技城", "老城街道", "滨河新区")


def originals(count: int) -> pa.Table:
    """Return the first ``count`` customers of the demo book, the columns that are compared."""
    world = world_of(customers=count, seed=SEED, as_of=AS_OF)
    blocks = [
        tables.customer_table(world, block, customers(world, block)).select(COLUMNS)
        for block in range(-(-count // BLOCK))
    ]
    return pa.concat_tables(blocks).slice(0, count).combine_chunks()


def with_copies(table: pa.Table, share: float, seed: int = 7) -> tuple[pa.Table, np.ndarray]:
    """Return the table with corrupted copies of a ``share`` of its rows among them, and each row's true customer."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(table.num_rows, int(table.num_rows * share), replace=False))
    copies = [corrupted(row, rng) for row in table.take(pa.array(chosen)).to_pylist()]
    columns = {name: pa.array([copy[name] for copy in copies], pa.string()) for name in COLUMNS}
    columns["customer_id"] = pa.array([f"D{number:07d}" for number in range(len(copies))])
    both = pa.concat_tables([table.cast(pa.schema([(name, pa.string()) for name in COLUMNS])), pa.table(columns)])
    truth = np.concatenate([np.arange(table.num_rows), chosen])
    order = rng.permutation(both.num_rows)
    return both.take(pa.array(order)).combine_chunks(), truth[order]


def corrupted(row: Mapping[str, str | None], rng: np.random.Generator) -> Row:
    """Return the record as somebody else typed it: one or two faults in the name, others in the other columns."""
    name = row["name"] or ""
    faults = rng.permutation(len(_NAME_FAULTS))[: rng.integers(1, 3)]
    for fault in sorted(faults):
        name = _NAME_FAULTS[fault](name, rng)
    return {
        **row,
        "name": name,
        "tax_id": _drawn(row["tax_id"], rng, lost=0.5, changed=(0.05, _other_digit)),
        "phone": _drawn(row["phone"], rng, lost=0.3, changed=(0.3, _other_phone)),
        "email": _drawn(row["email"], rng, lost=0.4, changed=(0.1, lambda text, _: text.upper() + " ")),
        "region_code": _drawn(row["region_code"], rng, lost=0.3, changed=(0.0, lambda text, _: text)),
        "address": _drawn(row["address"], rng, lost=0.1, changed=(0.6, _other_address)),
    }


def _drawn(text: str | None, rng: np.random.Generator, *, lost: float, changed: tuple[float, Fault]) -> str | None:
    chance, change = changed
    dice = rng.random()
    if text is None or dice < lost:
        return None
    return change(text, rng) if dice < lost + chance else text


def _typo(name: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(name)))
    return name[:at] + str(rng.choice(_common_letters())) + name[at + 1 :]


def _swapped(name: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(name) - 1))
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _homophone(name: str, rng: np.random.Generator) -> str:
    sound_of, letters_of = _sounds()
    at = int(rng.integers(len(name)))
    alike = [letter for letter in letters_of[sound_of.get(name[at], "")] if letter != name[at]]
    return name[:at] + str(rng.choice(alike)) + name[at + 1 :] if alike else name


def _without_form(name: str, rng: np.random.Generator) -> str:
    form = next((form for form in _FORMS if name.endswith(form)), "")
    return name.removesuffix(form)


def _bracketed(name: str, rng: np.random.Generator) -> str:
    city = next((city for city in _CITIES if name.startswith(city)), "")
    form = next((form for form in _FORMS if name.endswith(form)), "")
    left, right = ("(", ")") if rng.random() < 0.5 else ("（", "）")
    return f"{name.removeprefix(city).removesuffix(form)}{left}{city}{right}{form}" if city else name


def _traditional(name: str, rng: np.random.Generator) -> str:
    return "".join(_TRADITIONAL.get(letter, letter) for letter in name)


def _spaced(name: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, len(name)))
    return name[:at] + str(rng.choice([" ", "　", "·", "-"])) + name[at:]


_NAME_FAULTS: tuple[Fault, ...] = (
    _typo,
    _swapped,
    _homophone,
    _without_form,
    _bracketed,
    _traditional,
    _spaced,
)


def _other_digit(code: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(code)))
    return code[:at] + str(rng.choice(list(LETTERS))) + code[at + 1 :]


def _other_phone(phone: str, rng: np.random.Generator) -> str:
    kind = int(rng.integers(3))
    if kind == 0:
        return f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}"
    if kind == 1:
        return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
    return f"1{rng.choice([3, 5, 8])}{rng.integers(10)}****{rng.integers(10_000):04d}"


def _other_address(address: str, rng: np.random.Generator) -> str:
    city = next((city for city in _CITIES if address.startswith(city)), "")
    rest = address.removeprefix(city)
    if rng.random() < 0.3:
        rest = next((rest.removeprefix(part) for part in _DISTRICTS if rest.startswith(part)), rest)
    above = divisions().path(_CITIES[city]) if city else ()
    front = ["", city, "".join(above)][int(rng.integers(3))]
    house = ["号", "#", "", "号院"][int(rng.integers(4))]
    rest = rest.removesuffix("号") + house + ["", " 3楼", " 201室", "（东门）"][int(rng.integers(4))]
    if rng.random() < 0.3:
        rest = rest.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
    return front + (" " if rng.random() < 0.2 else "") + rest


@cache
def _common_letters() -> tuple[str, ...]:
    # The 3,755 characters of level 1 of GB 2312, in order of their sound.
    codes = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return tuple(code.decode("gb2312") for code in codes if not (code[0] == 0xD7 and code[1] > 0xF9))


@cache
def _sounds() -> tuple[Mapping[str, str], Mapping[str, list[str]]]:
    from pypinyin import lazy_pinyin

    letters = [*_common_letters(), *tables.names._FIRST, *tables.names._SECOND]
    sound_of = {letter: lazy_pinyin(letter)[0] for letter in letters}
    letters_of: dict[str, list[str]] = defaultdict(list)
    for letter in _common_letters():
        letters_of[sound_of[letter]].append(letter)
    return sound_of, letters_of
