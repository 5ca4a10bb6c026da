"""A seeded snapshot of any size with everything that happens in a park, built as tables without a store.

The tests of the engines and the benchmarks read the same park: firms on many parcels and parcels with many
firms, landlords and tenants, partial years, manual shares, metered figures, what is missing, zero, negative,
elsewhere or unknown. A part of the numbers is coarse, so that equal values, ranks and points occur.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from service.domain.tables import KEYS, PROMISES, SNAPSHOT
from service.reference.tables import unit_table
from service.store.frames import TYPES
from service.store.numbering import numbered

PERIOD = "2023"
FIRST_DAY = np.datetime64(f"{PERIOD}-01-01")
DAYS = 365

Tables = dict[str, pl.DataFrame]
Numbers = np.ndarray

TYPICAL: Mapping[str, float] = {"money": 8e8, "energy": 4e5, "electricity": 9e8, "mass": 3e5, "persons": 6e4}
"""Median of a figure by its quantity, in minor units."""


def seeded_tables(parcels: int, seed: int = 1) -> Tables:
    """Return the tables of `SNAPSHOT` for 2023: as many firms as parcels, about 1.6 occupancies for each."""
    return _Park(parcels, seed).tables()


class _Park:
    """Draws one table after the other from one source of random numbers."""

    def __init__(self, parcels: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.size = parcels
        self.parcel_codes = _numbered("330299001001GB", parcels, 7)
        self.far_codes = _numbered("330211001001GB", max(parcels // 50, 2), 7)  # of another district
        self.unknown_codes = _numbered("330299999999GB", max(parcels // 100, 2), 7)
        self.firms = _numbered("91330299", parcels, 10)
        self.metrics = sorted(unit_table().metrics)

    def tables(self) -> Tables:
        occupancies = self.occupancies()
        made = {
            "parcels": self.parcels(),
            "contracts": self.contracts(),
            "enterprises": self.enterprises(),
            "occupancies": occupancies,
            "enterprise_figures": self.enterprise_figures(),
            "parcel_figures": self.parcel_figures(occupancies),
            "enterprise_figures_before": self.enterprise_figures(),
            "parcel_figures_before": self.parcel_figures(occupancies),
            "passed_on": pl.DataFrame(schema=dict.fromkeys(SNAPSHOT["passed_on"], pl.String)),
        }
        made = {name: table.sort(KEYS[name]) for name, table in made.items()}
        return {name: _as_declared(name, table) for name, table in numbered(made).items()}

    def chance(self, probability: float, size: int) -> Numbers:
        return self.random.random(size) < probability

    def amounts(self, median: float, size: int, *, zero: float = 0.01, coarse: float = 0.2) -> Numbers:
        """Lognormal whole numbers; a part of them in steps of half the median, some zero."""
        drawn = self.random.lognormal(np.log(median), 0.9, size)
        step = max(median / 2, 1)
        drawn = np.where(self.chance(coarse, size), np.ceil(drawn / step) * step, drawn)
        return np.where(self.chance(zero, size), 0, drawn).astype(np.int64)

    def maybe(self, values: Numbers, missing: float) -> pl.Series:
        """The values, a part of them missing."""
        series = pl.Series(values)
        gone = pl.Series(self.chance(missing, len(values)))
        return pl.select(pl.when(~gone).then(series)).to_series()

    def dates(self, first: str, last: str, size: int) -> Numbers:
        start, end = np.datetime64(first), np.datetime64(last)
        return start + self.random.integers(0, (end - start).astype(int) + 1, size)

    def parcels(self) -> pl.DataFrame:
        n = self.size
        area = self.amounts(900_000, n, zero=0)
        floor = (area * self.random.uniform(0.2, 2.4, n)).astype(np.int64)
        near = {
            name: (area * self.random.uniform(0.9, 1.1, n)).astype(np.int64)
            for name in ("approved_area", "contract_area", "surveyed_area", "occupied_area", "geodesic_area")
        }
        missing = {"approved_area": 0.5, "contract_area": 0.4, "surveyed_area": 0.3, "occupied_area": 0.6}
        limits = self.random.choice(
            [0, 1_200_000, 1_500_000, 2_000_000, 2_500_000], n, p=[0.02, *[0.245] * 4]
        )
        return pl.DataFrame(
            {
                "parcel_code": self.parcel_codes,
                "town": self.maybe(self.random.choice(["east", "north", "south", "west", "镇中"], n), 0.02),
                "land_use": self.maybe(self.random.choice(["industrial", "logistics", "research"], n), 0.05),
                "registered_area": self.maybe(np.where(self.chance(0.01, n), 0, area), 0.08),
                **{name: self.maybe(values, missing.get(name, 0)) for name, values in near.items()},
                "floor_area": self.maybe(np.where(self.chance(0.01, n), 0, floor), 0.04),
                "footprint_area": self.maybe((area * self.random.uniform(0, 0.7, n)).astype(np.int64), 0.2),
                "far": self.maybe(self.random.integers(0, 300, n) * 10_000, 0.7),
                "far_limit": self.maybe(limits, 0.1),
            }
        )

    def contracts(self) -> pl.DataFrame:
        granted = self.parcel_codes.filter(pl.Series(self.chance(0.6, self.size)))
        n = len(granted)
        signed = self.dates("2008-01-01", "2023-12-31", n)
        complete_by = signed + self.random.integers(365, 1200, n)
        completed = complete_by + self.random.integers(-300, 500, n)
        promised = {
            "tax_per_mu": 15.0,
            "output_per_mu": 300.0,
            "investment_per_mu": 350.0,
            "energy_per_output": 0.1,
            "far": 1.0,
            "coverage": 0.3,
        }
        return pl.DataFrame(
            {
                "parcel_code": granted,
                "signed_on": self.maybe(signed, 0.05),
                "complete_by": self.maybe(complete_by, 0.2),
                "completed_on": self.maybe(completed, 0.3),
                **{
                    name: self.maybe(self.amounts(promised.get(name, 1.0) * minor, n), 0.25)
                    for name, (_, minor) in PROMISES.items()
                },
            }
        )

    def enterprises(self) -> pl.DataFrame:
        registered = self.firms.filter(pl.Series(self.chance(0.97, self.size)))
        n = len(registered)
        division = self.random.integers(13, 46, n)
        industry = pl.select(
            pl.concat_str(
                pl.when(pl.Series(self.chance(0.5, n))).then(pl.lit("C")).otherwise(pl.lit("")),
                pl.Series(division).cast(pl.String),
                pl.when(pl.Series(self.chance(0.6, n)))
                .then(pl.Series(self.random.integers(10, 60, n)).cast(pl.String))
                .otherwise(pl.lit("")),
            )
        ).to_series()
        return pl.DataFrame(
            {
                "uscc": registered,
                "industry": self.maybe(industry, 0.03),
                "above_scale": self.maybe(self.chance(0.4, n), 0.03),
                "registered_on": self.maybe(self.dates("1995-01-01", "2024-06-30", n), 0.03),
            }
        )

    def occupancies(self) -> pl.DataFrame:
        """Owners with one to forty parcels, tenants of theirs, and both again in the course of the year."""
        n = self.size
        holders = np.flatnonzero(self.chance(0.93, n))
        counts = np.minimum(self.random.geometric(0.7, len(holders)), 40)
        counts[: max(len(holders) // 2000, 1)] = 40
        own_firm = np.repeat(holders, counts)
        places = self._places(len(own_firm))
        own = self._rows(self.firms[own_firm], places, "own")

        lets = self.chance(0.12, len(own))
        landlord = own.filter(pl.Series(lets))
        part = pl.Series(self.random.uniform(0.05, 1.3, len(landlord)))
        let_out = landlord.with_columns(
            pl.lit("leased_out").alias("role"),
            *((pl.col(name) * part).cast(pl.Int64) for name in ("floor_area", "land_area")),
            pl.lit(None, pl.Int64).alias("manual_share"),
            pl.when(pl.Series(self.chance(0.3, len(landlord))))
            .then(pl.date(2023, 5, 1))
            .otherwise(pl.col("valid_from"))
            .alias("valid_from"),
        )
        let_to = pl.concat([let_out, let_out.head(len(let_out) // 3)])
        tenant = self.firms[self.random.integers(0, n, len(let_to))]
        leased_in = self._rows(tenant, let_to["parcel_code"], "leased_in").with_columns(let_to["elsewhere"])

        again = own.filter(pl.Series(self.chance(0.05, len(own)))).with_columns(
            pl.lit(date(2023, 7, 1)).alias("valid_from"), pl.lit(None, pl.Date).alias("valid_to")
        )
        rows = pl.concat([own, let_out, leased_in, again])
        return rows.unique(list(KEYS["occupancies"]), keep="first", maintain_order=True)

    def _places(self, count: int) -> pl.Series:
        """Parcel codes: nine of ten once or a few times, some of another district, some unknown."""
        used = self.random.permutation(self.size)[: max(self.size * 9 // 10, 1)]
        more = self.random.choice(used, max(count - len(used), 0))
        chosen = self.parcel_codes[np.concatenate([used, more])[:count]]
        where = self.random.random(count)
        far = self.far_codes[self.random.integers(0, len(self.far_codes), count)]
        unknown = self.unknown_codes[self.random.integers(0, len(self.unknown_codes), count)]
        place = pl.Series(where)
        return pl.select(
            pl.when(place < 0.03).then(far).when(place < 0.04).then(unknown).otherwise(chosen)
        ).to_series()

    def _rows(self, uscc: pl.Series, places: pl.Series, role: str) -> pl.DataFrame:
        n = len(uscc)
        since = self.dates("2015-01-01", "2024-02-28", n)
        in_year = FIRST_DAY + self.random.integers(0, DAYS, n)
        since = np.where(self.chance(0.15, n), in_year, since)
        until = since + self.random.integers(-5, 500, n)  # a few end before they begin
        shares = self.random.choice([0, 100_000, 250_000, 500_000, 1_000_000, 333_333], n)
        return pl.DataFrame(
            {
                "parcel_code": places,
                "uscc": uscc,
                "role": pl.repeat(role, n, eager=True),
                "floor_area": self.maybe(self.amounts(400_000, n), 0.1),
                "land_area": self.maybe(self.amounts(500_000, n), 0.15),
                "electricity": self.maybe(self.amounts(TYPICAL["electricity"], n), 0.4),
                "manual_share": self.maybe(shares, 0.94),
                "valid_from": self.maybe(since, 0.4),
                "valid_to": self.maybe(until, 0.75),
                "elsewhere": places.is_in(self.far_codes.implode()),
            }
        )

    def enterprise_figures(self) -> pl.DataFrame:
        reporting = self.firms.filter(pl.Series(self.chance(0.94, self.size)))
        return pl.DataFrame({"uscc": reporting, **self._figures(len(reporting), 1.0, missing=0.08)})

    def parcel_figures(self, occupancies: pl.DataFrame) -> pl.DataFrame:
        """Figures of meters: of a parcel itself, of an occupant's part, of somebody who is not there."""
        held = occupancies.filter(pl.Series(self.chance(0.04, len(occupancies))))
        own = self.parcel_codes.filter(pl.Series(self.chance(0.02, self.size)))
        other = self.parcel_codes.filter(pl.Series(self.chance(0.005, self.size)))
        rows = pl.concat(
            [
                held.select("parcel_code", pl.col("uscc").alias("part_of"), "elsewhere"),
                _at(own, self.maybe(np.full(len(own), ""), 0.5)),
                _at(other, self.firms[self.random.integers(0, self.size, len(other))]),
            ]
        ).with_columns(pl.col("part_of").fill_null(""))
        rows = rows.unique(["parcel_code", "part_of"], keep="first", maintain_order=True)
        return rows.with_columns(
            pl.Series(name, values) for name, values in self._figures(len(rows), 0.4, missing=0.3).items()
        )

    def _figures(self, n: int, part: float, missing: float) -> dict[str, pl.Series]:
        columns: dict[str, pl.Series] = {}
        for code in self.metrics:
            quantity = unit_table().metrics[code].quantity
            if quantity == "mark":
                columns[code] = self.maybe(np.ones(n, dtype=np.int64), 0.9)
                continue
            values = self.amounts(TYPICAL.get(quantity, 1e6) * part, n, zero=0.03)
            if code == "tax":  # a refund above the year's tax
                values = np.where(self.chance(0.04, n), -values, values)
            columns[code] = self.maybe(values, missing)
        return columns


def _numbered(prefix: str, count: int, width: int) -> pl.Series:
    return pl.select(
        pl.concat_str(pl.lit(prefix), pl.int_range(count).cast(pl.String).str.zfill(width))
    ).to_series()


def _at(parcels: pl.Series, part_of: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "parcel_code": parcels,
            "part_of": part_of.cast(pl.String),
            "elsewhere": pl.repeat(False, len(parcels), eager=True),
        }
    )


def _as_declared(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The declared columns in their order and types, then the metrics."""
    declared = [pl.col(column).cast(TYPES[kind]) for column, kind in SNAPSHOT[name].items()]
    return table.select(*declared, *(column for column in table.columns if column not in SNAPSHOT[name]))
