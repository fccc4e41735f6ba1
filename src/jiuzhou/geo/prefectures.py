"""Prefecture-level areas: polygons, points inside them, and who borders whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from jiuzhou.geo.codes import prefecture_of
from jiuzhou.geo.maps import maps_available, read_map


@dataclass(frozen=True, slots=True)
class Prefectures:
    """
    The prefecture-level areas of the map files, as one coverage: neighbours share their border points.

    Attributes
    ----------
    codes
        Adcode of each area, sorted, shape ``(n,)``: prefectures, municipalities, Taiwan, Hong Kong, Macao, and what a
        province governs directly. 三沙 and the youngest cities of the Xinjiang corps have none, and a county that
        changed its prefecture since about 2015, such as 简阳, still lies in the old one.
    polygons
        Shapely geometries in degrees, used as WGS-84, simplified to about 1 km.
    points
        A point well inside each area, shape ``(n, 2)``: longitude, latitude.
    pairs
        Areas that share a border or a sea link, shape ``(m, 2)``, indices ``i < j``, sorted.
    sea
        Those of ``pairs`` that only a sea link joins, same form.
    """

    codes: tuple[str, ...]
    polygons: NDArray[np.object_]
    points: NDArray[np.float64]
    pairs: NDArray[np.int64]
    sea: NDArray[np.int64]
    row: Mapping[str, int]

    def find(self, code: str) -> int | None:
        """Return the row of the area that ``code``, also one of a district in it, lies in; None if no area has it."""
        prefecture = prefecture_of(code)
        return None if prefecture is None else self.row.get(prefecture)

    def polygon(self, code: str) -> Any | None:
        """Return the shapely polygon of the area that ``code`` lies in, or None."""
        found = self.find(code)
        return None if found is None else self.polygons[found]

    def neighbours(self, code: str) -> tuple[str, ...]:
        """Return the codes of the areas beside the one that ``code`` lies in, sorted; sea links count."""
        found = self.find(code)
        if found is None:
            return ()
        rows = np.concatenate([self.pairs[self.pairs[:, 0] == found, 1], self.pairs[self.pairs[:, 1] == found, 0]])
        return tuple(self.codes[row] for row in np.sort(rows))

    def pairs_among(self, codes: Sequence[str]) -> NDArray[np.int64]:
        """
        Return which of ``codes`` lie beside each other.

        Parameters
        ----------
        codes
            Codes of distinct areas, shape ``(k,)``; a code without an area gets no pair.

        Returns
        -------
        NDArray
            Positions in ``codes``, shape ``(m, 2)``, ``i < j``, sorted.
        """
        position = np.full(len(self.codes), -1, dtype=np.int64)
        for place, code in enumerate(codes):
            found = self.find(code)
            if found is not None:
                position[found] = place
        ends = np.sort(position[self.pairs], axis=1)
        ends = ends[ends[:, 0] >= 0]
        return ends[np.lexsort((ends[:, 1], ends[:, 0]))]

    def simplified(self, codes: Sequence[str], tolerance: float) -> NDArray[np.object_]:
        """
        Return the polygons of ``codes`` with fewer corners, neighbours alike, for a small drawing.

        Parameters
        ----------
        codes
            Codes of distinct areas that the map has.
        tolerance
            Side, in degrees, of the largest corner cut off; 0.05 leaves about a tenth of the points.

        Raises
        ------
        KeyError
            If the map has no area of one of the codes.
        """
        rows = [self.row[prefecture_of(code) or code] for code in codes]
        return np.asarray(shapely.coverage_simplify(self.polygons[rows], tolerance))


@cache
def prefectures() -> Prefectures | None:
    """Return the areas of the map files, or None in an installation without them."""
    if not maps_available():
        return None
    features = read_map("prefectures.json")["features"]
    codes = tuple(str(feature["id"]) for feature in features)
    row = {code: at for at, code in enumerate(codes)}
    polygons = np.array([shapely.geometry.shape(feature["geometry"]) for feature in features])
    links = read_map("adjacency.json")
    sea = _rows([link[:2] for link in links["sea"]], row)
    return Prefectures(
        codes=codes,
        polygons=polygons,
        points=shapely.get_coordinates(shapely.point_on_surface(polygons)),
        pairs=_rows([*links["borders"], *(link[:2] for link in links["sea"])], row),
        sea=sea,
        row=row,
    )


def _rows(pairs: Sequence[Sequence[str]], row: Mapping[str, int]) -> NDArray[np.int64]:
    found = sorted((row[first], row[second]) for first, second in pairs)
    return np.array(found, dtype=np.int64).reshape(-1, 2)
