"""Customers that are in the Book twice: found, judged with reasons, merged, and taken apart again."""

from jiuzhou.collect.duplicates.clustering import PAIRS as PAIRS
from jiuzhou.collect.duplicates.clustering import Clusters as Clusters
from jiuzhou.collect.duplicates.clustering import clusters as clusters
from jiuzhou.collect.duplicates.marking import marks as marks
from jiuzhou.collect.duplicates.merging import MERGES as MERGES
from jiuzhou.collect.duplicates.merging import Merged as Merged
from jiuzhou.collect.duplicates.merging import merged as merged
from jiuzhou.collect.duplicates.merging import unmerged as unmerged
from jiuzhou.collect.duplicates.model import LIKELY as LIKELY
from jiuzhou.collect.duplicates.model import Comparison as Comparison
from jiuzhou.collect.duplicates.model import Level as Level
from jiuzhou.collect.duplicates.model import LinkModel as LinkModel
from jiuzhou.collect.duplicates.model import link_model as link_model
from jiuzhou.collect.duplicates.reasoning import evidence as evidence
from jiuzhou.collect.duplicates.survivors import Proposal as Proposal
from jiuzhou.collect.duplicates.survivors import merge_rows as merge_rows
from jiuzhou.collect.duplicates.survivors import proposals as proposals
