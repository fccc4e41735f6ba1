"""Raw tables in, one clean Book out, with every row that was left out and why. The verb is ``read``."""

from jiuzhou.collect.quality import Quality as Quality
from jiuzhou.collect.quality import TableQuality as TableQuality
from jiuzhou.collect.raw import BrokenRow as BrokenRow
from jiuzhou.collect.raw import Mark as Mark
from jiuzhou.collect.raw import RawTable as RawTable
from jiuzhou.collect.raw import Source as Source
from jiuzhou.collect.reading import Collected as Collected
from jiuzhou.collect.reading import read as read
from jiuzhou.collect.wishes import Standing as Standing
from jiuzhou.collect.wishes import Wishes as Wishes

__all__ = [
    "BrokenRow",
    "Collected",
    "Mark",
    "Quality",
    "RawTable",
    "Source",
    "Standing",
    "TableQuality",
    "Wishes",
    "read",
]
