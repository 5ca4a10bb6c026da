"""Small parks handed over as files: the way in that a user has, for tests of everything behind it."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import shapely

from service.domain.hand_overs import ImportReport
from service.jobs.importing import import_file
from service.store.database import Database
from tests.feeds.handing import uscc
from tests.support.records import square

Row = Mapping[str, object]


class HandOvers:
    """Writes hand-over files into a folder and imports each; columns have the service's own names."""

    def __init__(self, database: Database, folder: Path, district: str | None = "330299") -> None:
        self.database, self.folder, self.district = database, folder, district
        self._count = 0

    def parcels(self, *rows: Row) -> ImportReport:
        """Hand over parcels on a grid, as GeoJSON; ``at`` moves a row along the grid."""
        features = []
        for number, row in enumerate(rows):
            properties = {name: value for name, value in row.items() if name != "at"}
            shape = square(int(str(row.get("at", number))), self._count)
            features.append(
                {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
            )
        path = self._path("parcels.geojson")
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return import_file(self.database, "parcels", path, district=self.district, crs="EPSG:4490")

    def enterprises(self, *rows: Row) -> ImportReport:
        """Hand over the register of enterprises."""
        return self._table("enterprises", rows)

    def occupancies(self, *rows: Row) -> ImportReport:
        """Hand over the land-enterprise survey."""
        return self._table("occupancies", rows)

    def figures(self, *rows: Row) -> ImportReport:
        """Hand over figures in their display units."""
        return self._table("figures", rows)

    def contracts(self, *rows: Row) -> ImportReport:
        """Hand over grant contracts."""
        return self._table("contracts", rows)

    def branches(self, *rows: Row) -> ImportReport:
        """Hand over branches with their head offices."""
        return self._table("branches", rows)

    def successions(self, *rows: Row) -> ImportReport:
        """Hand over what became of parcels."""
        return self._table("successions", rows)

    def inspections(self, *rows: Row) -> ImportReport:
        """Hand over what energy inspections listed."""
        return self._table("inspections", rows)

    def projects(self, *rows: Row) -> ImportReport:
        """Hand over projects that look for a place."""
        return self._table("projects", rows)

    def premises(self, *rows: Row) -> ImportReport:
        """Hand over plants to let and land to give."""
        return self._table("premises", rows)

    def _table(self, feed: str, rows: Sequence[Row]) -> ImportReport:
        path = self._path(f"{feed}.csv")
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        return import_file(self.database, feed, path, district=self.district)

    def _path(self, name: str) -> Path:
        self._count += 1
        return self.folder / f"{self._count:02}-{name}"


E1, E2, E3, E4 = (uscc(number) for number in range(1, 5))
"""Firms: the first two are those of the small park."""


def hand_over_small_park(database: Database, folder: Path) -> None:
    """Hand over three parcels and two firms with figures of 2023: E1 on P1 and P2, E2 on P2, nobody on P3."""
    files = HandOvers(database, folder)
    files.parcels(
        *(
            {"code": f"P{n}", "town": "east", "name": f"Plot {n}", "land_use": "industrial"}
            | {"registered_area_m2": 10_000, "floor_area_m2": 8_000 * n, "far_limit": 2}
            for n in (1, 2, 3)
        )
    )
    files.enterprises(
        {"uscc": E1, "name": "One", "industry": "C3411", "above_scale": "true"},
        {"uscc": E2, "name": "Two", "industry": "C13", "above_scale": "false"},
    )
    files.occupancies(
        {"parcel_code": "P1", "uscc": E1, "role": "own", "floor_area_m2": 3000},
        {"parcel_code": "P2", "uscc": E1, "role": "own", "floor_area_m2": 1000},
        {"parcel_code": "P2", "uscc": E2, "role": "leased_in", "floor_area_m2": 500},
    )
    files.figures(
        {"uscc": E1, "period": 2023, "tax": 400, "output": 8000, "energy_equal_supply": 1000},
        {"uscc": E2, "period": 2023, "tax": 50, "output": 1000, "energy_equal_supply": ""},
    )
