"""The steps of the jobs: each may be repeated after a crash, and repeated changes nothing that is done.

A step takes the bench it works at and what was ordered, and returns what later steps need as plain JSON.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.domain.hand_overs import ImportReport
from service.domain.scheme import Scheme
from service.feeds.mappings.mapping import FeedMapping
from service.jobs import pulling
from service.jobs.evaluating import evaluate
from service.jobs.exporting import export_scores
from service.jobs.following import follow_up
from service.jobs.importing import as_it_was, import_file, keep_file, kept_on_disk
from service.pulling.fetching import Cursor
from service.settings import Settings
from service.store import hand_overs
from service.store.database import Database
from service.workflows.orders import EvaluateOrder, ExportOrder, ImportOrder, PullOrder

Progress = Callable[[int, int | None, str], None]
"""Is told what is done, of how much and at which stage; what it raises ends the step."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a step works with."""

    database: Database
    settings: Settings


def keep(bench: Bench, order: ImportOrder, progress: Progress) -> str:
    """Keep the file that the order names; return its SHA-256, under which it can be imported."""
    if order.sha256 is not None:
        return order.sha256
    progress(0, None, "keeping")
    return keep_file(bench.database, Path(order.path or ""))


def last_batch(bench: Bench) -> int:
    """Return the number of the latest hand-over: a later one was made by this job or beside it."""
    with bench.database.reading() as connection:
        return hand_overs.last_batch(connection)


def bring_in(
    bench: Bench, order: ImportOrder, sha256: str, before: int, progress: Progress
) -> dict[str, Any]:
    """Import the kept file; return what became of its rows, the same whether a crash was between or not.

    :param before: the latest hand-over when the job began
    """
    with kept_on_disk(bench.database, sha256) as path:
        report = import_file(
            bench.database,
            order.feed,
            path,
            file_name=order.file_name,
            mapping=FeedMapping.model_validate(order.mapping) if order.mapping is not None else None,
            district=order.district,
            crs=order.crs,
            transformation=order.transformation,
            repair=order.repair,
            progress=progress,
        )
    if report.batch_id is None:
        with bench.database.reading() as connection:
            # written by this very job before it was interrupted, if there is one
            batch = hand_overs.first_of(connection, order.feed, sha256, after=before)
            report = as_it_was(connection, report, None if batch is None else batch["id"])
    told = report.model_dump(mode="json")
    told["notes"][:0] = order.notes
    return told


def follow(bench: Bench, told: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Do what follows an import; return what became of its rows with that in the notes."""
    progress(0, None, "following")
    return follow_up(bench.database, ImportReport.model_validate(told)).model_dump(mode="json")


def source_of(bench: Bench, order: PullOrder) -> pulling.Order:
    """Return the source that is pulled, as the sources file says it now."""
    return pulling.Sources.of(bench.settings).get(order.source)


def begin_pull(bench: Bench, order: PullOrder, progress: Progress) -> str:
    """Begin a pull, or take up an unfinished one; return which."""
    progress(0, None, "fetching")
    source = source_of(bench, order)
    with pulling.noted(bench.database, source):
        return pulling.begin(bench.database, source, afresh=order.afresh).id


def fetch(bench: Bench, order: PullOrder, progress: Progress) -> dict[str, Any]:
    """Fetch the pages that are missing; return the cursor behind the last one."""
    source = source_of(bench, order)

    def told(records: int, total: int | None) -> None:
        progress(records, total, "fetching")

    with pulling.noted(bench.database, source):
        cursor = pulling.begin(bench.database, source)  # as far as an interrupted step came
        return pulling.fetch(bench.database, source, cursor, told).model_dump(mode="json")


def bring_in_pulled(
    bench: Bench, order: PullOrder, cursor: dict[str, Any], progress: Progress
) -> dict[str, Any] | None:
    """Import what was fetched; return what became of its rows, None when there was nothing new."""
    source = source_of(bench, order)
    with pulling.noted(bench.database, source):
        report = pulling.bring_in(bench.database, source, Cursor.model_validate(cursor), progress)
    return None if report is None else report.model_dump(mode="json")


def conclude(
    bench: Bench, order: PullOrder, cursor: dict[str, Any], told: dict[str, Any] | None
) -> dict[str, Any]:
    """Move the watermark of the source; return what the pull did."""
    source = source_of(bench, order)
    report = None if told is None else ImportReport.model_validate(told)
    with pulling.noted(bench.database, source):
        done = pulling.conclude(bench.database, source, Cursor.model_validate(cursor), report)
    return done.model_dump(mode="json")


def calculate(bench: Bench, order: EvaluateOrder, progress: Progress) -> dict[str, Any]:
    """Evaluate; the same inputs, scheme and code are the same evaluation."""
    progress(0, None, "evaluating")
    scheme = Scheme.model_validate_json(order.scheme)
    done = evaluate(bench.database, scheme, order.period, order.district)
    return done.model_dump(mode="json", exclude={"repeated"})


def write(bench: Bench, order: ExportOrder, number: str, progress: Progress) -> dict[str, Any]:
    """Write the export of job ``number``; a file that is half written never has its name."""
    path = export_path(bench.settings, number, order)
    parcels = export_scores(
        bench.database, order.evaluation_id, path, order.format, order.properties, progress
    )
    return {"file_name": path.name, "parcels": parcels, "bytes": path.stat().st_size}


def export_path(settings: Settings, number: str, order: ExportOrder) -> Path:
    """Return where the file of an export is."""
    return settings.data_dir / "exports" / f"{number}{order.format.suffix}"
