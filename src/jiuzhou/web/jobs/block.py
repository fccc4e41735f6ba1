"""
The block of memory that a worker shares with the process that computes for it: progress one way, stop the other.

Reading and writing it costs nanoseconds and takes no lock, so that a kernel may look at it in its innermost loop.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from jiuzhou.kernel.message import Json, Message

SIZE = 4096
_PROGRESS = struct.Struct("<IqqI")
_AT_STOP, _AT_ANSWERED, _AT_PROGRESS = 0, 8, 16
_AT_STAGE = _AT_PROGRESS + _PROGRESS.size
_ANSWER = struct.Struct("<II")


class Stop(IntEnum):
    """What the worker asks of the process; a greater one is never taken back by a smaller one."""

    GO_ON = 0
    ENOUGH = 1
    """Return the best there is so far."""
    RELEASE = 2
    """The worker is ending: stop at the next step, another goes on from there."""
    CANCEL = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """What the process last said; ``total`` is ``None`` while it is not known."""

    done: int = 0
    total: int | None = None
    stage: Mapping[str, Json] | None = None


class Block:
    """One side's view of the block."""

    def __init__(self, memory: bytearray | mmap.mmap | None = None) -> None:
        self._memory = bytearray(SIZE) if memory is None else memory
        self._writes = 0

    @classmethod
    def at(cls, path: Path) -> Block:
        """Return the view of the block that lies in the file ``path``, which has ``SIZE`` bytes."""
        with path.open("r+b") as file:
            return cls(mmap.mmap(file.fileno(), SIZE))

    @property
    def stop(self) -> Stop:
        """What the worker asks."""
        return Stop(self._memory[_AT_STOP])

    def ask(self, stop: Stop) -> None:
        """Ask the process to stop in this way, unless more was asked already."""
        self._memory[_AT_STOP] = max(self._memory[_AT_STOP], stop)

    def begin(self) -> None:
        """Forget what was asked and said of the run before."""
        self._memory[_AT_STOP] = Stop.GO_ON
        self.tell(0, None, None)

    def tell(self, done: int, total: int | None, stage: Message | None) -> None:
        """Say how far the work is."""
        told = json.dumps(stage.to_json(), ensure_ascii=False).encode() if stage else b""
        told = told if len(told) <= SIZE - _AT_STAGE else b""
        self._writes += 1
        self._memory[_AT_STAGE : _AT_STAGE + len(told)] = told
        _PROGRESS.pack_into(self._memory, _AT_PROGRESS, self._writes, done, -1 if total is None else total, len(told))

    def progress(self) -> Progress | None:
        """Return what was last said; ``None`` where it is being written at this moment."""
        before, done, total, length = _PROGRESS.unpack_from(self._memory, _AT_PROGRESS)
        told = bytes(self._memory[_AT_STAGE : _AT_STAGE + length])
        try:
            stage = json.loads(told) if told else None
        except ValueError:
            return None
        if _PROGRESS.unpack_from(self._memory, _AT_PROGRESS)[0] != before:
            return None
        return Progress(done, None if total < 0 else total, stage)

    def answer(self, order: int, *, written: bool) -> None:
        """Say that the order of that number is done, and whether its end is written down."""
        _ANSWER.pack_into(self._memory, _AT_ANSWERED, order, int(written))

    def answered(self) -> tuple[int, bool]:
        """Return the number of the last order done, and whether its end is written down."""
        order, written = _ANSWER.unpack_from(self._memory, _AT_ANSWERED)
        return order, bool(written)
