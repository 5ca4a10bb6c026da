"""Snapshots for tests of the evaluation, written down parcel by parcel, and schemes as small as can be."""

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import yaml

from service.domain.scheme import Scheme
from service.domain.tables import KEYS, NUMBERS, PROMISES, SNAPSHOT
from service.evaluation.frames import Frames
from service.evaluation.pipeline import evaluate
from service.reference.scheme_text import read_scheme
from service.store.frames import TYPES
from service.store.numbering import numbered

Results = dict[str, pl.DataFrame]

WAN = 1_000_000
"""Fen in 万元."""


class Snapshot:
    """What an evaluation reads; areas are given in m², figures in minor units (fen, kgce …)."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SNAPSHOT}

    def parcel(
        self, code: str, land: float | None = 1000, *, footprint: float | None = None, **values: Any
    ) -> "Snapshot":
        """Add a parcel with a registered land area; ``values`` are columns as the snapshot has them."""
        areas = {"registered_area": _minor(land), "footprint_area": _minor(footprint)}
        return self._add("parcels", parcel_code=code, **areas, **values)

    def contract(
        self,
        code: str,
        signed_on: date | None = None,
        complete_by: date | None = None,
        completed_on: date | None = None,
        **promises: float,
    ) -> "Snapshot":
        """Add the grant contract of a parcel; promises are given in their unit (万元/亩 …)."""
        minor = {name: round(value * PROMISES[name][1]) for name, value in promises.items()}
        dates = {"signed_on": signed_on, "complete_by": complete_by, "completed_on": completed_on}
        return self._add("contracts", parcel_code=code, **dates, **minor)

    def firm(self, uscc: str, above_scale: bool | None = True, **values: Any) -> "Snapshot":
        """Add an enterprise of the register."""
        return self._add("enterprises", uscc=uscc, above_scale=above_scale, **values)

    def holds(
        self,
        uscc: str,
        code: str,
        floor: float | None = None,
        *,
        land: float | None = None,
        role: str = "own",
        since: date | None = None,
        until: date | None = None,
        share: float | None = None,
        electricity: int | None = None,
        elsewhere: bool = False,
    ) -> "Snapshot":
        """Add a row of the land-enterprise survey."""
        return self._add(
            "occupancies",
            uscc=uscc,
            parcel_code=code,
            role=role,
            floor_area=_minor(floor),
            land_area=_minor(land),
            electricity=electricity,
            manual_share=None if share is None else round(share * 1_000_000),
            valid_from=since,
            valid_to=until,
            elsewhere=elsewhere,
        )

    def reports(self, uscc: str, **metrics: int) -> "Snapshot":
        """Add to the totals, and to the marks, that an enterprise reported."""
        return self._figures("enterprise_figures", {"uscc": uscc}, metrics)

    def reported_before(self, uscc: str, **metrics: int) -> "Snapshot":
        """Add to what an enterprise reported for the year before."""
        return self._figures("enterprise_figures_before", {"uscc": uscc}, metrics)

    def metered(self, code: str, part_of: str = "", *, elsewhere: bool = False, **metrics: int) -> "Snapshot":
        """Add to the figures, and to the marks, reported for a parcel."""
        keys = {"parcel_code": code, "part_of": part_of, "elsewhere": elsewhere}
        return self._figures("parcel_figures", keys, metrics)

    def metered_before(self, code: str, part_of: str = "", **metrics: int) -> "Snapshot":
        """Add to the figures reported for a parcel and the year before."""
        keys = {"parcel_code": code, "part_of": part_of, "elsewhere": False}
        return self._figures("parcel_figures_before", keys, metrics)

    def _figures(self, table: str, keys: dict[str, Any], metrics: dict[str, int]) -> "Snapshot":
        for row in self.rows[table]:
            if all(row[name] == value for name, value in keys.items()):
                row |= metrics
                return self
        return self._add(table, **keys, **metrics)

    def _add(self, table: str, **values: Any) -> "Snapshot":
        self.rows[table].append(values)
        return self

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return the tables of `SNAPSHOT`."""
        tables: dict[str, pl.DataFrame] = {}
        for name, rows in self.rows.items():
            schema = {column: TYPES[kind] for column, kind in SNAPSHOT[name].items()}
            if "figures" in name:
                metrics = {metric for row in rows for metric in row} - set(schema)
                schema |= dict.fromkeys(sorted(metrics), pl.Int64)
            full = [{column: row.get(column) for column in schema} for row in rows]
            tables[name] = pl.DataFrame(full, schema=schema)
        return numbered(tables)

    def frames(self) -> Frames:
        """Return the tables as the lazy frames that the evaluation takes."""
        return {name: nw.from_native(table.lazy()) for name, table in self.tables().items()}

    def evaluated(self, scheme: Scheme, period: str = "2023") -> Results:
        """Return the results in canonical order."""
        return collected(evaluate(self.frames(), scheme, period))


def _minor(area: float | None) -> int | None:
    return None if area is None else round(area * 100)


def park_of(*taxes: int | None, land: float = 10_000, **values: Any) -> Snapshot:
    """Return parcels P0, P1 … of 15 mu, each with a firm E0, E1 … that paid this tax in 万元."""
    park, width = Snapshot(), len(str(len(taxes) - 1))
    for number, tax in enumerate(taxes):
        code, uscc = f"P{number:0{width}}", f"E{number:0{width}}"
        park.parcel(code, land, **values).firm(uscc).holds(uscc, code, 100)
        if tax is not None:
            park.reports(uscc, tax=tax * WAN)
    return park


def collected(frames: Frames) -> Results:
    """Return lazy result tables as Polars frames in canonical order."""
    return {
        name: frame.collect().to_native().sort(KEYS[name]).drop(NUMBERS, strict=False)
        for name, frame in frames.items()
    }


def by_parcel(results: Results, table: str, column: str) -> dict[str, Any]:
    """Return one column of a result by parcel code."""
    return dict(zip(results[table]["parcel_code"], results[table][column], strict=True))


def column(results: Results, name: str) -> list[Any]:
    """Return a column of the scores in the order of the parcels' codes."""
    return results["scores"][name].to_list()


def points(results: Results) -> list[float | None]:
    """Return the points of all parcels in the order of their codes."""
    return [None if value is None else value / 1e6 for value in column(results, "points")]


def part(results: Results, indicator: str, name: str) -> list[Any]:
    """Return ``value``, ``benchmark``, ``points`` … of an indicator in the order of the parcels' codes."""
    return column(results, f"{indicator}__{name}")


def indicator(code: str = "tax_per_mu", **changes: Any) -> dict[str, Any]:
    """Return an indicator as it stands in YAML: tax per mu against the mean, weight 100."""
    return {
        "code": code,
        "title": {"zh": code, "en": code},
        "numerator": "tax",
        "denominator": "land_area",
        "unit": "万元/亩",
        "weight": 100,
        "benchmark": {"method": "mean"},
        "missing": "zero",
    } | changes


def rule(code: str, when: str = "TRUE", **changes: Any) -> dict[str, Any]:
    """Return a rule as it stands in YAML."""
    return {"code": code, "title": {"zh": code, "en": code}, "when": when} | changes


def track(*indicators: dict[str, Any], code: str = "all", **changes: Any) -> dict[str, Any]:
    """Return a track as it stands in YAML: A 20, B 60, C 95, D the rest."""
    cuts = {"A": 20, "B": 60, "C": 95, "D": 100}
    return {
        "code": code,
        "title": {"zh": code, "en": code},
        "indicators": list(indicators) or [indicator()],
        "grades": {"cuts": [{"grade": grade, "up_to": end} for grade, end in cuts.items()]},
    } | changes


def scheme_text(*tracks: dict[str, Any], **changes: Any) -> str:
    """Return a whole scheme as YAML."""
    content = {
        "name": "under-test",
        "title": {"zh": "测试", "en": "Under test"},
        "jurisdiction": "nowhere",
        "document": "none",
        "citation": "none",
        "valid_from": "2020-01-01",
        "land_area": ["registered"],
        "tracks": list(tracks) or [track()],
    } | changes
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def scheme(*tracks: dict[str, Any], **changes: Any) -> Scheme:
    """Return a scheme; without arguments: tax per mu against the mean of all parcels, missing counts zero."""
    return read_scheme(scheme_text(*tracks, **changes), "under-test.yaml")


def fixed(value: object, **changes: object) -> Scheme:
    """Return a scheme of tax per mu against a fixed benchmark."""
    return scheme(track(indicator(benchmark={"method": "fixed", "value": value}, **changes)))
