"""What a lever says of the parcels of an evaluation, as features with the outlines of their scores."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from sqlalchemy import Connection

from service.features.table import TYPES, Box, FeatureTable, Property, joined
from service.features.versions import versions_of
from service.levers.report import readable
from service.ogc.sources.scores import Scores
from service.ogc.sources.source import Edition

if TYPE_CHECKING:
    from service.ogc.views import View


@dataclass(frozen=True)
class OfParcels:
    """A row for some parcels of every evaluation of an edition; feature ids are those of the scores.

    ``work_out`` gives, for one evaluation, ``parcel_code`` (each once) and columns of ``properties``; it is
    asked once per state of the data. What it does not give is that of the score. With ``flag`` the features
    are the scores where that is true, with ``every`` all of them, whatever is worked out; columns not given
    are null. ``work_out_daily`` is instead of it for what another day changes, though the data do not.
    """

    name: str
    properties: tuple[Property, ...]
    work_out: Callable[[Connection, int], pl.DataFrame] | None = None
    flag: str | None = None
    every: bool = False
    work_out_daily: Callable[[Connection, int, date], pl.DataFrame] | None = None
    chosen_by: Literal["evaluation"] = "evaluation"

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the features."""
        found = (self._of(view, run) for run in edition.runs)
        return joined(found)

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around all parcels of the evaluations, which holds those that are shown."""
        return Scores().extent(view, edition)

    def changed_at(self, view: "View", edition: Edition) -> str | None:  # noqa: ARG002
        """Return when the store last received anything."""
        return view.received_at()

    def _of(self, view: "View", run: int) -> FeatureTable:
        # first: it refuses what may not be seen
        scores = Scores(self.flag).table(view, Edition((run,)))
        day = view.day if self.work_out_daily else None
        return view.remember(("lever", self.name, run, day), lambda: self._found(view, scores, run))

    def _told(self, view: "View", run: int) -> pl.DataFrame:
        if self.work_out_daily:
            return self.work_out_daily(view.connection, run, view.day)
        return self.work_out(view.connection, run) if self.work_out else pl.DataFrame()

    def _found(self, view: "View", scores: FeatureTable, run: int) -> FeatureTable:
        told = readable(self._told(view, run))
        told = told.drop("evaluation_id", "district", "period", strict=False)
        if not told.height:  # nothing is said: scores tell what they tell
            told = pl.DataFrame(schema={"parcel_code": pl.String})
        there = np.arange(len(scores))
        if self.flag is None and not self.every:
            if not told.height:
                return FeatureTable.none()
            row_of = {code: row for row, code in enumerate(scores.properties["parcel_code"])}
            there = np.sort(np.array([row_of[code] for code in told["parcel_code"]], dtype=np.int64))
        if not len(there):
            return FeatureTable.none()
        of_scores = scores.take(there)
        own = of_scores.properties.drop(
            [name for name in told.columns if name != "parcel_code"], strict=False
        )
        known = own.join(told, on="parcel_code", how="left", maintain_order="left")
        properties = known.select(
            pl.col(each.name)
            if each.name in known.columns
            else pl.lit(None, dtype=TYPES[each.type]).alias(each.name)
            for each in self.properties
        )
        versions = versions_of(properties, of_scores.wkb)
        return FeatureTable(
            of_scores.ids, of_scores.keys, versions, of_scores.wkb, of_scores.bounds, properties
        )
