"""Small districts for tests of the consistency checks: outlines in metres, rows as records."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely

from service.quality import Finding, Tables, run
from service.quality.tables import COLUMNS, frame
from service.reference.quality import quality_rules

RULES = quality_rules()
WEST, SOUTH = 120.0, 30.0
_EAST_DEGREE, _NORTH_DEGREE = 96_486.25, 110_852.43  # metres, at 30° on CGCS2000


def metres(*ring: tuple[float, float]) -> shapely.Polygon:
    """Return a polygon whose corners are so many metres east and north of a place in Zhejiang."""
    return shapely.Polygon([(WEST + x / _EAST_DEGREE, SOUTH + y / _NORTH_DEGREE) for x, y in ring])


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a rectangle in metres."""
    return metres((west, south), (east, south), (east, north), (west, north))


class District:
    """Collects rows and outlines; `found` runs all checks over them."""

    def __init__(self, period: str = "2023") -> None:
        self.period = period
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
        self.outlines: dict[str, Any] = {}
        self.neighbours: dict[str, Any] = {}
        self.houses: dict[str, Any] = {}

    def parcel(self, code: str, shape: Any = None, **values: Any) -> "District":
        """Add a parcel; without a shape a square of a hectare, far from the others."""
        if shape is None:
            west = 1000.0 * len(self.outlines)
            shape = box(west, 0, west + 100, 100)
        self.outlines[code] = shape
        return self.row("parcels", parcel_code=code, **{"geodesic_area_m2": 10_000.0} | values).row(
            "places", parcel_code=code
        )

    def firm(self, uscc: str, **values: Any) -> "District":
        """Register an enterprise."""
        return self.row("enterprises", uscc=uscc, **{"name": f"Firm {uscc}"} | values)

    def holds(
        self, uscc: str, parcel: str, role: str = "own", floor: float | None = None, **values: Any
    ) -> "District":
        """Let an enterprise hold something."""
        self.row("holders", uscc=uscc)
        return self.row(
            "occupancies", uscc=uscc, parcel_code=parcel, role=role, floor_area_m2=floor, **values
        )

    def meter(self, meter: str, parcel: str | None, uscc: str | None, **values: Any) -> "District":
        """Hang an electricity meter."""
        values = {"kind": "electricity"} | values
        return self.row("meters", meter=meter, parcel_code=parcel, uscc=uscc, **values)

    def building(
        self, code: str, shape: Any, parcel: str | None = None, floor: float | None = None
    ) -> "District":
        """Build something."""
        self.houses[code] = shape
        return self.row("buildings", building_code=code, parcel_code=parcel, floor_area_m2=floor)

    def reports(
        self, kind: str, code: str, value: int, metric: str = "tax", part_of: str | None = None
    ) -> "District":
        """Report a figure for an enterprise or a parcel."""
        figure = {"subject_kind": kind, "subject_code": code, "part_of": part_of, "metric": metric}
        return self.row("figures", value=value, **figure)

    def row(self, table: str, **values: Any) -> "District":
        """Add a row to a table."""
        assert values.keys() <= COLUMNS[table].keys(), values
        self.rows[table].append(values)
        return self

    def tables(self) -> Tables:
        """Return what is checked."""
        frames = {name: frame(name, rows) for name, rows in self.rows.items()}
        return Tables(self.period, frames, self.outlines, self.neighbours, self.houses)

    def found(self, *codes: str) -> list[Finding]:
        """Return the findings of some checks; each can be told in both languages."""
        findings = run(self.tables(), RULES)
        for each in findings:
            assert all(each.sentence(RULES))
        return [each for each in findings if not codes or each.code in codes]

    def codes(self, *prefixes: str) -> dict[str, list[str]]:
        """Return code → subjects of the findings whose code begins in one of these ways."""
        told: dict[str, list[str]] = {}
        for each in self.found():
            if each.code.startswith(prefixes or ("",)):
                told.setdefault(each.code, []).append(each.subject.code)
        return told


def day(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)


def amounts(found: Finding) -> Mapping[str, Any]:
    """Return what was measured, numbers rounded to two decimals."""
    return {
        name: round(value, 2) if isinstance(value, float) else value for name, value in found.measured.items()
    }
