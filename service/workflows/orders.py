"""What may be ordered (任务参数): one form per process, as it is written down with the job."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.domain.hand_overs import Feed
from service.feeds.mappings.mapping import FeedMapping
from service.jobs.exporting import ExportFormat

Process = Literal["import", "evaluate", "export", "pull"]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ImportOrder(_Order):
    """Import a file that the store keeps, or one on this machine, which is kept first."""

    feed: Feed
    file_name: str
    sha256: str | None = None
    path: str | None = None
    mapping: dict[str, Any] | None = None
    notes: list[str] = []
    district: str | None = None
    crs: str | None = None
    transformation: str | None = None
    repair: bool = False


class EvaluateOrder(_Order):
    """Evaluate a district for a period by a scheme, which is written down whole as its canonical text."""

    scheme: str
    period: str
    district: str | None = None


class ExportOrder(_Order):
    """Write the scores of an evaluation to a file, with these properties and no others."""

    evaluation_id: Annotated[int, Field(ge=1)]
    format: ExportFormat
    properties: list[str]


class PullOrder(_Order):
    """Pull a source of the sources file by its name, or go on with an unfinished pull of it."""

    source: str
    afresh: bool = False


Order = ImportOrder | EvaluateOrder | ExportOrder | PullOrder

FORMS: dict[Process, type[Order]] = {
    "import": ImportOrder,
    "evaluate": EvaluateOrder,
    "export": ExportOrder,
    "pull": PullOrder,
}
"""Process → the form of its order."""


def process_of(order: Order) -> Process:
    """Return the process that an order is for."""
    return next(process for process, form in FORMS.items() if isinstance(order, form))


def written_down(mapping: FeedMapping | None) -> dict[str, Any] | None:
    """Return a mapping as an order keeps it."""
    return None if mapping is None else mapping.model_dump(mode="json", exclude_defaults=True)
