"""What the checks read: plain tables of one district or of all, and outlines in EPSG:4490.

Areas are m²; a text that is empty is null.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import polars as pl

Outlines = Mapping[str, Any]
"""Code → shapely Polygon or MultiPolygon, valid, longitude first."""

_TEXT, _NUMBER, _DAY = pl.String, pl.Float64, pl.Date

COLUMNS: Mapping[str, Mapping[str, type[pl.DataType]]] = MappingProxyType(
    {
        "parcels": {
            **dict.fromkeys(("parcel_code", "district", "town", "unit_code", "holder"), _TEXT),
            **dict.fromkeys(
                (
                    "registered_area_m2",
                    "approved_area_m2",
                    "contract_area_m2",
                    "surveyed_area_m2",
                    "geodesic_area_m2",
                    "floor_area_m2",
                    "footprint_area_m2",
                    "far",
                    "far_limit",
                    "coverage_max",
                ),
                _NUMBER,
            ),
        },
        "places": {"parcel_code": _TEXT},  # every parcel that is known anywhere
        "contracts": {
            "parcel_code": _TEXT,
            "area_m2": _NUMBER,
            "far_max": _NUMBER,
            "coverage_max": _NUMBER,
        },
        "enterprises": {"uscc": _TEXT, "name": _TEXT, "registered_on": _DAY, "status": _TEXT},
        "branches": {"uscc": _TEXT},
        "holders": {"uscc": _TEXT},  # every enterprise that holds something anywhere
        "occupancies": {
            **dict.fromkeys(("parcel_code", "uscc", "role"), _TEXT),
            "floor_area_m2": _NUMBER,
            "land_area_m2": _NUMBER,
            "valid_from": _DAY,
            "valid_to": _DAY,  # last day included
        },
        "meters": {
            **dict.fromkeys(("kind", "meter", "parcel_code", "uscc"), _TEXT),
            "share": _NUMBER,
            "valid_from": _DAY,
            "valid_to": _DAY,
        },
        # those in effect of the period; values in minor units
        "figures": {
            **dict.fromkeys(("subject_kind", "subject_code", "part_of", "metric"), _TEXT),
            "value": pl.Int64,
        },
        "buildings": {"building_code": _TEXT, "parcel_code": _TEXT, "floor_area_m2": _NUMBER},
        "successions": {"old_code": _TEXT, "new_code": _TEXT},
        "ratings": {"uscc": _TEXT, "grade": _TEXT, "points": _NUMBER, "rank": pl.Int64, "ranked": pl.Int64},
        "scores": {"parcel_code": _TEXT, "grade": _TEXT, "points": _NUMBER},
    }
)
"""Table → column → type. ``ratings`` are those of the period, ``scores`` those of the evaluation if any."""


@dataclass(frozen=True)
class Tables:
    """What is checked for one period (a year), and outlines by code.

    ``neighbours`` are parcels outside of what is checked that may overlap with it.
    """

    period: str
    frames: Mapping[str, pl.DataFrame]
    outlines: Outlines = field(default_factory=dict)
    neighbours: Outlines = field(default_factory=dict)
    buildings: Outlines = field(default_factory=dict)

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return a table of `COLUMNS`."""
        return self.frames[name]

    @property
    def first_day(self) -> date:
        """The period's first day."""
        return date(int(self.period), 1, 1)

    @property
    def last_day(self) -> date:
        """The period's last day."""
        return date(int(self.period), 12, 31)

    def held(self) -> pl.DataFrame:
        """Return the occupancies that meet the period, with the days of it that they cover in ``days``."""
        start = pl.col("valid_from").fill_null(self.first_day).clip(lower_bound=self.first_day)
        end = pl.col("valid_to").fill_null(self.last_day).clip(upper_bound=self.last_day)
        days = ((end - start).dt.total_days() + 1).alias("days")
        return self["occupancies"].with_columns(days).filter(pl.col("days") > 0)

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.last_day - self.first_day).days + 1


def frame(name: str, rows: Iterable[Mapping[str, Any]] = ()) -> pl.DataFrame:
    """Return a table of `COLUMNS` from records; what a record leaves out is null."""
    columns = COLUMNS[name]
    return pl.DataFrame(
        [{column: row.get(column) for column in columns} for row in rows], schema=dict(columns)
    )
