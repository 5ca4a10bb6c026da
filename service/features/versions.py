"""Versions of features that are worked out: what they say, as a number."""

import numpy as np
import polars as pl

from service.features.table import Ids

_SIGN_BIT = np.uint64(1)


def versions_of(properties: pl.DataFrame, wkb: pl.Series) -> Ids:
    """Return a version for each feature that is the same as long as properties and geometry are.

    It does not grow with changes, as that of a stored row does.
    """
    if not len(wkb):
        return np.empty(0, dtype=np.int64)
    hashes = properties.with_columns(wkb.alias("geometry")).hash_rows(seed=1)
    found: Ids = (hashes.to_numpy() >> _SIGN_BIT).astype(np.int64)
    return found
