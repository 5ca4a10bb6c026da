"""The chains of steps as durable workflows: what is done is written down after every step.

Importing this module loads the library for durable work, which takes half a second: only whoever works or
orders does.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from dbos import DBOS, PortableWorkflowError
from dbos import error as durable

from service.errors import MujunError
from service.workflows import steps
from service.workflows.jobs import JobProblem
from service.workflows.ledger import Ledger
from service.workflows.orders import FORMS, EvaluateOrder, ExportOrder, ImportOrder, Process, PullOrder
from service.workflows.steps import Bench, Progress

_log = logging.getLogger("mujun")

_ATTEMPTS = 5
_RETRIED = {"busy", "inputs-changed"}
_CRASHES = 10
"""So often a job may take its process down with it before it is given up."""

_EVERY = 0.5  # seconds between two looks at whether the job was dismissed


class JobFailed(Exception):
    """A job's end with a problem that the user is told; written down as JSON, never as a traceback."""

    def __init__(self, problem: JobProblem) -> None:
        super().__init__(problem.detail)
        self.code = problem.code
        self.data = problem.model_dump()


class Interrupted(BaseException):
    """The process is to end: the step is left, and done again by whoever works next."""


class Workplace:
    """What the workflows of this process work with; there is one a process, as the library has it."""

    bench: Bench
    ledger: Ledger
    ending: Callable[[], bool] = staticmethod(lambda: False)


def _progress(number: str, base: int, share: int) -> Progress:
    """Return what notes progress between two percentages, and ends a step whose job was dismissed."""
    last = 0.0
    shown: tuple[int, str] | None = None

    def told(done: int, total: int | None, stage: str) -> None:
        nonlocal last, shown
        if Workplace.ending():
            raise Interrupted
        now = time.monotonic()
        if now - last < _EVERY:
            return
        last = now
        if Workplace.ledger.is_dismissed(number):
            raise durable.DBOSWorkflowCancelledError(f"Job {number} was dismissed")
        part = done / total if total else 0.0 if stage != "writing" else 0.6
        state = (base + int(share * min(part, 1.0)), stage)
        if state != shown:
            shown = state
            Workplace.ledger.note(number, *state)

    return told


def _step(name: str, work: Callable[[], Any]) -> Any:
    """Carry out a step once, or take what it came to from before; wait when the store is busy."""

    def explained() -> Any:
        try:
            return work()
        except MujunError as error:
            raise JobFailed(JobProblem.of(error)) from error
        except Exception as error:
            logged = f"urn:uuid:{uuid.uuid4()}"
            _log.error("A job's step %s failed (%s)", name, logged, exc_info=error)
            unforeseen = MujunError(
                "The job failed for a reason that nobody foresaw; the fault is logged.",
                "任务因内部错误失败，已记录。",
                action=f"Tell the operator this id: {logged}.",
            )
            raise JobFailed(JobProblem.of(unforeseen)) from error

    try:
        return DBOS.run_step(
            {
                "name": name,
                "retries_allowed": True,
                "max_attempts": _ATTEMPTS,
                "interval_seconds": 1.0,
                "backoff_rate": 2.0,
                "should_retry": lambda error: isinstance(error, JobFailed) and error.code in _RETRIED,
            },
            explained,
        )
    except durable.DBOSMaxStepRetriesExceeded as error:
        raise error.errors[-1] from None
    except PortableWorkflowError as error:  # it failed before the crash
        raise JobFailed(JobProblem.model_validate(error.data)) from None


def _number() -> str:
    number = DBOS.workflow_id
    assert number is not None  # noqa: S101 - asked in workflows only
    return number


@DBOS.workflow(name="import", max_recovery_attempts=_CRASHES)
def import_(order: dict[str, Any]) -> dict[str, Any]:
    """Keep the file, import it, do what follows."""
    read, bench, number = ImportOrder.model_validate(order), Workplace.bench, _number()
    sha256 = _step("keep", partial(steps.keep, bench, read, _progress(number, 0, 5)))
    before = _step("look", partial(steps.last_batch, bench))
    report = _step("import", partial(steps.bring_in, bench, read, sha256, before, _progress(number, 5, 85)))
    done: dict[str, Any] = _step("follow", partial(steps.follow, bench, report, _progress(number, 90, 10)))
    return done


@DBOS.workflow(name="evaluate", max_recovery_attempts=_CRASHES)
def evaluate(order: dict[str, Any]) -> dict[str, Any]:
    """Evaluate and store the result as a draft."""
    read, bench = EvaluateOrder.model_validate(order), Workplace.bench
    work = partial(steps.calculate, bench, read, _progress(_number(), 0, 95))
    done: dict[str, Any] = _step("evaluate", work)
    return done


@DBOS.workflow(name="export", max_recovery_attempts=_CRASHES)
def export(order: dict[str, Any]) -> dict[str, Any]:
    """Write the file."""
    read, bench, number = ExportOrder.model_validate(order), Workplace.bench, _number()
    work = partial(steps.write, bench, read, number, _progress(number, 0, 95))
    done: dict[str, Any] = _step("export", work)
    return done


@DBOS.workflow(name="pull", max_recovery_attempts=_CRASHES)
def pull(order: dict[str, Any]) -> dict[str, Any]:
    """Fetch the pages of a source, import them, do what follows, and move the watermark behind it."""
    read, bench, number = PullOrder.model_validate(order), Workplace.bench, _number()
    with _alone(bench, read):
        _step("begin", partial(steps.begin_pull, bench, read, _progress(number, 0, 5)))
        cursor = _step("fetch", partial(steps.fetch, bench, read, _progress(number, 5, 55)))
        report = _step(
            "import", partial(steps.bring_in_pulled, bench, read, cursor, _progress(number, 60, 30))
        )
        if report is not None:
            report = _step("follow", partial(steps.follow, bench, report, _progress(number, 90, 5)))
        done: dict[str, Any] = _step("conclude", partial(steps.conclude, bench, read, cursor, report))
    return done


@contextmanager
def _alone(bench: Bench, order: PullOrder) -> Iterator[None]:
    """Keep other pulls of the source out from the first step to the last; the lock dies with its process."""
    with ExitStack() as stack:
        try:
            stack.enter_context(steps.source_of(bench, order).spool.locked())
        except MujunError as error:
            raise JobFailed(JobProblem.of(error)) from error
        yield


CHAINS: dict[Process, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "import": import_,
    "evaluate": evaluate,
    "export": export,
    "pull": pull,
}

assert set(CHAINS) <= set(FORMS)  # noqa: S101 - a chain without a form could not be ordered
