"""Features that are rows of a table of the store."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.features.table import Box, FeatureTable
from service.ogc.sources.source import Edition
from service.store.layers import Layer
from service.store.standing import changed_at

if TYPE_CHECKING:
    from service.ogc.views import View


@dataclass(frozen=True)
class Stored:
    """Every row of a layer, as it is now."""

    layer: Layer
    chosen_by: None = None

    def table(self, view: "View", edition: Edition) -> FeatureTable:  # noqa: ARG002 - there is one edition
        """Return all rows."""
        return view.layer(self.layer)

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around all rows."""
        return self.table(view, edition).extent()

    def changed_at(self, view: "View", edition: Edition) -> str | None:
        """Return when the hand-over came that changed a row last."""
        table = self.table(view, edition)
        if not len(table):
            return None
        newest = table.newest
        return view.remember(("changed", newest), lambda: _told(view, newest))


def _told(view: "View", version: int) -> str | None:
    moment = changed_at(view.connection, version)
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
