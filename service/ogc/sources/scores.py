"""Scores of evaluations, all of them or those with a flag."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from service.features.table import Box, FeatureTable
from service.ogc.sources.source import Edition

if TYPE_CHECKING:
    from service.ogc.views import View


@dataclass(frozen=True)
class Scores:
    """The scores of the evaluations of an edition; with ``flag``, where that is true."""

    flag: str | None = None
    chosen_by: Literal["evaluation"] = "evaluation"

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the scores."""
        table = view.scores(edition.runs)
        flag = self.flag
        if flag is None:
            return table
        return view.remember(
            ("flagged", flag, table.stamp),
            lambda: table.take(np.flatnonzero(table.properties[flag].fill_null(False))),
        )

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around them."""
        return self.table(view, edition).extent()

    def changed_at(self, view: "View", edition: Edition) -> str | None:
        """Return when the latest of the evaluations was made."""
        return view.made_at(edition.runs)
