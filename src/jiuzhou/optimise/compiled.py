"""Numba's compiler with one setting for all kernels: cached on disk, one thread, so threads cannot change a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Return ``kernel`` compiled on its first call; ``jiuzhou.divide.warm`` makes that call."""
    return cast(Kernel, njit(cache=True)(kernel))
