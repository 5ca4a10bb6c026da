"""The districts (区域) that the page offers, and where each lies."""

import polars as pl
from sqlalchemy import Connection

from service.store.database import Database
from service.store.layers import PARCELS
from service.store.standing import standing


def districts(database: Database, connection: Connection) -> list[dict[str, object]]:
    """Return every district with parcels: its code, how many parcels, and their box in degrees."""
    parcels = standing(database).layer(connection, database.data_version(connection), PARCELS)
    edges = pl.DataFrame(dict(zip(("west", "south", "east", "north"), parcels.bounds, strict=True)))
    found = (
        edges.with_columns(parcels.properties["district"])
        .group_by("district")
        .agg(pl.len(), pl.col("west", "south").min(), pl.col("east", "north").max())
        .sort("district")
    )
    return [{"district": name, "parcels": count, "bbox": box} for name, count, *box in found.iter_rows()]
