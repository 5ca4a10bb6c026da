"""Snapshots for tests of the evaluation, written down parcel by parcel, and schemes as small as can be."""

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import yaml

from service.domain.scheme import Scheme
from service.domain.tables import KEYS, SNAPSHOT
from service.evaluation.frames import Frames
from service.evaluation.pipeline import evaluate
from service.reference.scheme_text import read_scheme
from service.store.tables import TYPES

Results = dict[str, pl.DataFrame]


class Snapshot:
    """What an evaluation reads; areas are given in m², figures in minor units (fen, kgce …)."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SNAPSHOT}

    def parcel(self, code: str, land: float | None = 1000, **values: Any) -> "Snapshot":
        """Add a parcel with a registered land area."""
        area = None if land is None else int(land * 100)
        return self._add("parcels", parcel_code=code, registered_area=area, **values)

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
            floor_area=None if floor is None else int(floor * 100),
            land_area=None if land is None else int(land * 100),
            electricity=electricity,
            manual_share=None if share is None else round(share * 1_000_000),
            valid_from=since,
            valid_to=until,
            elsewhere=elsewhere,
        )

    def reports(self, uscc: str, **metrics: int) -> "Snapshot":
        """Add the totals that an enterprise reported."""
        return self._add("enterprise_figures", uscc=uscc, **metrics)

    def metered(self, code: str, part_of: str = "", *, elsewhere: bool = False, **metrics: int) -> "Snapshot":
        """Add figures reported for a parcel."""
        return self._add("parcel_figures", parcel_code=code, part_of=part_of, elsewhere=elsewhere, **metrics)

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
        return tables

    def frames(self) -> Frames:
        """Return the tables as the lazy frames that the evaluation takes."""
        return {name: nw.from_native(table.lazy()) for name, table in self.tables().items()}

    def evaluated(self, scheme: Scheme, period: str = "2023") -> Results:
        """Return the results in canonical order."""
        return collected(evaluate(self.frames(), scheme, period))


def collected(frames: Frames) -> Results:
    """Return lazy result tables as Polars frames in canonical order."""
    return {name: frame.collect().to_native().sort(KEYS[name]) for name, frame in frames.items()}


def by_parcel(results: Results, table: str, column: str) -> dict[str, Any]:
    """Return one column of a result by parcel code."""
    return dict(zip(results[table]["parcel_code"], results[table][column], strict=True))


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
