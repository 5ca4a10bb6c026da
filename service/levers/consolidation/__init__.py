"""Consolidation blocks (连片低效用地): parcels that lie together, grouped, joined and measured.

Pure: codes, figures and outlines in, blocks out; no database and no web. `service.reference.blocks` has the
distance that counts as together.
"""

from service.levers.consolidation.barriers import Barriers
from service.levers.consolidation.blocks import FIGURES, Blocks, blocks
from service.levers.planes import central_meridian, in_metres

__all__ = ["FIGURES", "Barriers", "Blocks", "blocks", "central_meridian", "in_metres"]
