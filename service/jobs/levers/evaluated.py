"""An evaluation as the levers read it: parcels with results and amounts, holders with their shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import Connection, RowMapping

from service.domain.scheme import Scheme
from service.errors import Conflict, NotFound
from service.reference.tables import unit_table
from service.store import evaluations
from service.store.inputs import nothing
from service.store.snapshot import snapshot_tables


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation with its frozen inputs and its results; tables are decoded when they are asked for."""

    run: RowMapping
    _results: Mapping[str, pl.LazyFrame]
    _snapshot: Mapping[str, pl.LazyFrame]

    @cached_property
    def scheme(self) -> Scheme:
        """Return the scheme that was followed."""
        return Scheme.model_validate_json(self.run["scheme"])

    @property
    def is_whole(self) -> bool:
        """Whether its results and inputs are kept; of evaluations of an early release only the scores are."""
        return "scores" in self._results and "parcels" in self._snapshot

    def require_whole(self) -> None:
        """Raise `Conflict` where its inputs were not kept."""
        if not self.is_whole:
            raise Conflict(
                f"The inputs of evaluation {self.run['id']}, of an early release, were not kept.",
                f"评价 {self.run['id']} 由早期版本生成，未保存其输入数据，无法计算。",
                code="evaluation-inputs-not-kept",
                action="Evaluate the year again. 请重新评价该年度。",
            )

    @cached_property
    def parcels(self) -> pl.DataFrame:
        """Return the parcels by code: ``town`` and the columns of ``scores`` in display units.

        Areas are m² (``land_area_m2``, ``floor_area_m2``, ``footprint_area_m2``,
        ``additional_floor_area_m2``), ``far``, ``far_limit`` and ``points`` plain numbers; every metric that
        the scheme reads is a column of its own name, in the metric's unit (万元, tce, 人 …).
        """
        metrics = unit_table().metrics
        areas = ("land_area", "floor_area", "footprint_area", "additional_floor_area")
        towns = self._snapshot["parcels"].select("parcel_code", "town", "land_use")
        found = self._results["scores"].with_columns(
            *((pl.col(name) / 100).alias(f"{name}_m2") for name in areas),
            *(pl.col(name) / 1e6 for name in ("far", "far_limit", "items", "points")),
            *(
                (pl.col(f"{metric}__amount") / metrics[metric].minor_per_unit).alias(metric)
                for metric in self.scheme.metrics
            ),
        )
        names = [name for name in found.collect_schema().names() if "__" not in name and name not in areas]
        return found.select(names).join(towns, on="parcel_code", how="left").sort("parcel_code").collect()

    @cached_property
    def holdings(self) -> pl.DataFrame:
        """Return who holds what: ``parcel_code``, ``uscc``, ``share`` of the firm's figures, amounts in
        minor units as ``metric__amount``.
        """
        return self._results["holdings"].sort("parcel_code", "uscc").collect()

    def frozen(self, table: str) -> pl.DataFrame:
        """Return a table of the snapshot, see `service.domain.tables.SNAPSHOT`."""
        if table == "passed_on" and table not in self._snapshot:
            return nothing(table)  # frozen before branches and lineage were known
        return self._snapshot[table].collect()

    @property
    def head(self) -> dict[str, Any]:
        """What was looked at, for a `service.levers.report.Report`."""
        return {
            "evaluation": self.run["id"],
            "district": self.run["district"],
            "period": self.run["period"],
            "scheme": self.run["scheme_name"],
            "status": self.run["status"],
        }


def evaluated(connection: Connection, evaluation_id: int) -> Evaluated:
    """Return an evaluation for the levers; raises `NotFound`."""
    run = evaluations.get(connection, evaluation_id)
    if run is None:
        raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
    return Evaluated(
        run,
        evaluations.results(connection, evaluation_id),
        snapshot_tables(connection, run["snapshot_hash"]),
    )


def latest_before(connection: Connection, run: RowMapping, years: int) -> list[RowMapping]:
    """Return the latest published evaluations of the years before, the newest first; none for a gap."""
    found: list[RowMapping] = []
    for back in range(1, years + 1):
        period = str(int(run["period"]) - back)
        latest = evaluations.latest_published(connection, run["district"], period=period)
        found += [] if latest is None else [latest]
    return found
