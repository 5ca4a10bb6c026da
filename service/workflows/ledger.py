"""Where jobs are written down: a file beside an embedded store, a schema of its own on the server.

The embedded store's jobs are not in the GeoPackage: the library for durable work keeps its tables by a
connection of its own, and two in one file would have to agree on every lock. Whoever looks while there are no
jobs creates nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

from sqlalchemy import func, select

from service.errors import Conflict, MujunError, NotFound, Unavailable
from service.store import engines
from service.store.database import Database
from service.store.failures import is_read_only, read_only
from service.workflows.jobs import RECORDED, Job, Status, job_of
from service.workflows.orders import Order, Process, process_of

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

SCHEMA = "mujun_jobs"
"""The schema of the jobs on PostgreSQL."""

QUEUE = "jobs"
APPLICATION = "mujun"

VERSION = "1"
"""Counted up when a chain of steps changes, so that no job goes on in the middle of another chain."""


class Ledger:
    """The jobs of one store; connects when first used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._client: DBOSClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file of an embedded store's jobs: ``park-jobs.sqlite`` beside ``park.gpkg``."""
        store = engines.geopackage_path(self._database.url)
        return store.with_name(f"{store.stem}-jobs.sqlite")

    @property
    def url(self) -> str:
        """The address for the library of durable work."""
        if self._database.is_embedded:
            return f"sqlite:///{self.path}"
        return self._database.url.render_as_string(hide_password=False)

    def exists(self) -> bool:
        """Tell whether a job was ever ordered."""
        if self._client is not None:
            return True
        if self._database.is_embedded:
            return self.path.exists()
        with self._database.reading() as connection:
            return (
                connection.execute(select(func.to_regclass(f"{SCHEMA}.workflow_status"))).scalar() is not None
            )

    def place(self, order: Order, owner: str | None = None) -> Job:
        """Write an order down; it is carried out by whoever works, also after a crash.

        Raises `Unavailable` where neither the order nor what it is for could be written.
        """
        if process_of(order) != "export":  # which is all that a job may do where nothing can be written
            self._database.require_writable()
        number = str(uuid4())
        with self._opened(create=True) as client:
            options: EnqueueOptions = {
                "workflow_name": process_of(order),
                "queue_name": QUEUE,
                "workflow_id": number,
                "app_version": VERSION,
                "application_name": APPLICATION,
                "attributes": {"percent": 0, "stage": "waiting"},
            }
            if owner is not None:
                options["authenticated_user"] = owner
            client.enqueue(
                options,
                order.model_dump(mode="json", exclude_none=True),
            )
        return self.get(number)

    def get(self, number: str) -> Job:
        """Return a job with what it came to; raises `NotFound`."""
        for job in self._list(workflow_ids=[_known_form(number)]):
            return job
        raise _no_such_job(number)

    def listing(
        self,
        *,
        processes: Sequence[Process],
        statuses: Sequence[Status] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> list[Job]:
        """Return jobs of these processes, the latest first."""
        if not processes:
            return []
        names = [name for status in statuses for name in RECORDED[status]]
        return self._list(
            name=list(processes),
            status=names or None,
            limit=limit,
            offset=offset,
            sort_desc=True,
            application_name=APPLICATION,
        )

    def dismiss(self, number: str) -> Job:
        """Cancel a job that is not over: it ends at the next step or amid a long one; raises `NotFound`."""
        job = self.get(number)
        if not job.is_over:
            with self._opened() as client:
                client.cancel_workflow(number)
        return self.get(number)

    def remove(self, number: str) -> None:
        """Forget a job."""
        with self._opened() as client:
            client.delete_workflow(number)

    def resume(self, number: str) -> Job:
        """Let a dismissed job go on where it was, a failed one begin anew; raises `Conflict` for others."""
        job = self.get(number)
        if job.status not in ("dismissed", "failed"):
            raise Conflict(
                f"The job is {job.status}; only a failed or dismissed one is resumed.",
                "只有失败或已取消的任务可以恢复。",
                code="job-not-resumable",
                place=number,
            )
        with self._opened() as client:
            if job.status == "failed" and job.problem is not None and job.problem.code != "job-gave-up":
                client.rewind_workflow(number, queue_name=QUEUE, application_version=VERSION)
            else:
                client.resume_workflow(number, queue_name=QUEUE)
        return self.get(number)

    def note(self, number: str, percent: int, stage: str) -> None:
        """Write down how far a job is."""
        with self._opened() as client:
            client.update_workflow_attributes(number, {"percent": percent, "stage": stage})

    def is_dismissed(self, number: str) -> bool:
        """Tell whether a job was dismissed, or is gone."""
        with self._opened() as client:
            found = client.list_workflows(workflow_ids=[number], load_input=False, load_output=False)
        return not found or found[0].status == "CANCELLED"

    def interrupted(self) -> dict[str, list[str]]:
        """Return the jobs that are begun and not over, by the place that runs or ran them."""
        with self._opened() as client:
            found = client.list_workflows(
                status="PENDING", load_input=False, load_output=False, application_name=APPLICATION
            )
        by_place: dict[str, list[str]] = {}
        for row in found:
            by_place.setdefault(str(row.executor_id), []).append(row.workflow_id)
        return by_place

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None

    def _list(self, **wanted: Any) -> list[Job]:
        if not self.exists():
            return []
        with self._opened() as client:
            return [job_of(row) for row in client.list_workflows(**wanted)]

    @contextmanager
    def _opened(self, *, create: bool = False) -> Iterator["DBOSClient"]:
        """Give the client; what the job store cannot do becomes the service's own error."""
        try:
            yield self._connected(create)
        except MujunError:
            raise
        except Exception as error:
            if self._is_read_only(error):
                raise read_only("jobs") from error
            raise _unavailable() from error

    def _is_read_only(self, error: Exception) -> bool:
        if self._database.is_embedded and not engines.may_write(self.path):
            return True
        return is_read_only(getattr(error, "orig", None) or error.__cause__ or error)

    def _connected(self, create: bool) -> "DBOSClient":
        from dbos import DBOS, DBOSClient  # half a second that nobody without jobs should wait

        from service.workflows.quiet import SERIALIZER, hush

        with self._lock:
            if self._client is None:
                hush()
                if create:
                    DBOS.migrate(self.url, schema=SCHEMA)
                self._client = DBOSClient(
                    system_database_url=self.url,
                    dbos_system_schema=SCHEMA,
                    serializer=SERIALIZER,
                    application_name=APPLICATION,
                    retry_connection_errors=False,
                )
            return self._client


def _known_form(number: str) -> str:
    try:
        return str(UUID(number))
    except ValueError:
        raise _no_such_job(number) from None


def _no_such_job(number: str) -> NotFound:
    named = number if number.isprintable() and len(number) <= 40 else "of this name"
    return NotFound(f"There is no job {named}.", "没有该任务。", code="no-such-job", place="jobId")


def _unavailable() -> Unavailable:
    return Unavailable(
        "The store of jobs cannot be reached.",
        "无法访问任务库。",
        code="jobs-unavailable",
        place="jobs",
        action="Check the file beside the store, or the rights on the schema mujun_jobs.",
    )
