"""What every source can tell, and which edition of it a listing shows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from service.features.table import Box, FeatureTable

if TYPE_CHECKING:
    from service.ogc.views import View

Chosen = Literal["evaluation", "period"]


@dataclass(frozen=True)
class Edition:
    """What a listing shows from its first page to its last: evaluations, or a period; else what there is."""

    runs: tuple[int, ...] = ()
    period: str | None = None


class Source(Protocol):
    """Where the features of a collection come from."""

    @property
    def chosen_by(self) -> Chosen | None:
        """What chooses an edition, if there is more than one."""

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the features that whoever looks may see."""

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around the features, or one that holds it and costs less."""

    def changed_at(self, view: "View", edition: Edition) -> str | None:
        """Return the time of this state of the features, RFC 3339, where it is known."""
