"""A table of features after a change: the rows that are new or other in place, the rest as it was."""

import numpy as np
import polars as pl

from service.features.table import FeatureTable, Ids


def updated(known: FeatureTable, fresh: FeatureTable, gone: Ids) -> FeatureTable:
    """Return the table with the fresh rows in place of those with the same id, and without those gone.

    What has not changed is taken over, also what was already written of it; no change gives the same table.
    """
    if not len(fresh) and not gone.size:
        return known
    kept = np.flatnonzero(~np.isin(known.ids, np.concatenate((fresh.ids, gone))))
    ids = np.concatenate((known.ids[kept], fresh.ids))
    order = np.argsort(ids, kind="stable")
    keys = [*(known.keys[row] for row in kept.tolist()), *fresh.keys]
    changed = FeatureTable(
        ids[order],
        [keys[place] for place in order.tolist()],
        np.concatenate((known.versions[kept], fresh.versions))[order],
        pl.concat([known.wkb.gather(kept), fresh.wkb]).gather(order),
        np.concatenate((known.bounds[:, kept], fresh.bounds), axis=1)[:, order],
        pl.concat([known.properties[kept], fresh.properties])[order],
    )
    origin = np.concatenate((kept, np.full(len(fresh), -1)))[order]
    changed.texts.take_over(known.texts, origin)
    return changed
