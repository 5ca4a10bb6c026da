"""What is around a parcel: its inputs as they were frozen, its enterprises and all their other holdings.

A result says what a parcel got of an enterprise's figures; why it got so much shows only beside the
enterprise's other parcels. They are not part of the parcel's results, so the first steps of the evaluation
are done again for the parcel and its enterprises alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.domain.scheme import Scheme
from service.evaluation.frames import Codes, Frame, Frames
from service.evaluation.pipeline import place

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Rows of a snapshot that concern some parcels, and what the evaluation makes of them.

    The first six are tables of `service.domain.tables.SNAPSHOT`: parcels and contracts of the parcels, the
    others of all their enterprises. ``described`` has a row per parcel with all that the scheme's rules
    read, ``shares`` all holdings of the enterprises with their amounts, ``holders`` who counts on the
    parcels, ``totals`` what each enterprise had to apportion.
    """

    parcels: Rows
    contracts: Rows
    enterprises: Rows
    occupancies: Rows
    enterprise_figures: Rows
    parcel_figures: Rows
    described: Rows
    shares: Rows
    holders: Rows
    totals: Rows

    def of(self, parcel_code: str) -> "Surroundings":
        """Return those of a single parcel."""
        holders = _where(self.holders, "parcel_code", {parcel_code})
        here = _where(self.parcel_figures, "parcel_code", {parcel_code})
        occupied = _where(self.occupancies, "parcel_code", {parcel_code})
        involved = {row["uscc"] for row in (*holders, *occupied)} | {row["part_of"] for row in here} - {
            "",
            None,
        }
        metered = [
            row
            for row in self.parcel_figures
            if row["parcel_code"] == parcel_code or row["part_of"] in involved
        ]
        return Surroundings(
            parcels=_where(self.parcels, "parcel_code", {parcel_code}),
            contracts=_where(self.contracts, "parcel_code", {parcel_code}),
            enterprises=_where(self.enterprises, "uscc", involved),
            occupancies=_where(self.occupancies, "uscc", involved),
            enterprise_figures=_where(self.enterprise_figures, "uscc", involved),
            parcel_figures=metered,
            described=_where(self.described, "parcel_code", {parcel_code}),
            shares=_where(self.shares, "uscc", involved),
            holders=holders,
            totals=_where(self.totals, "uscc", involved),
        )


def surroundings(snapshot: Frames, scheme: Scheme, period: str) -> Surroundings:
    """Return what is around the parcels of a snapshot.

    The snapshot may be cut down to some parcels as long as it keeps everything of their enterprises, and all
    parcels on which these hold or reported something.
    """
    placed, codes = place(snapshot, scheme, period), Codes(snapshot["places"], snapshot["firms"])
    inputs = {
        name: _sorted(snapshot[name], *keys)
        for name, keys in {
            "parcels": ("parcel_code",),
            "contracts": ("parcel_code",),
            "enterprises": ("uscc",),
            "occupancies": ("uscc", "parcel_code", "role"),
            "enterprise_figures": ("uscc",),
            "parcel_figures": ("parcel_code", "part_of"),
        }.items()
    }
    return Surroundings(
        **inputs,
        described=_sorted(placed.parcels, "parcel_code"),
        shares=_sorted(codes.of_enterprises(codes.of_parcels(placed.amounts)), "uscc", "parcel_code"),
        holders=_sorted(codes.of_enterprises(codes.of_parcels(placed.here)), "parcel_code", "uscc"),
        totals=_sorted(codes.of_enterprises(placed.totals), "uscc"),
    )


def _sorted(frame: Frame, *keys: str) -> Rows:
    return frame.sort(*keys).collect().rows(named=True)


def _where(rows: Rows, name: str, values: Iterable[str]) -> Rows:
    wanted = set(values)
    return [row for row in rows if row[name] in wanted]
