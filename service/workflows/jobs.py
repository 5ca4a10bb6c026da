"""A job (任务) as people and programs see it: where it stands, what it came to, or why it failed."""

from datetime import UTC, datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel

from service.errors import MujunError
from service.workflows.orders import Process

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]

STATUSES: tuple[Status, ...] = get_args(Status)

STAGES = {
    "waiting": ("Waiting", "等待中"),
    "started": ("Started", "已开始"),
    "keeping": ("Keeping the file", "保存文件"),
    "reading": ("Reading the file", "读取文件"),
    "writing": ("Writing rows", "写入数据"),
    "following": ("Following up", "后续处理"),
    "evaluating": ("Evaluating", "评价计算"),
    "fetching": ("Fetching pages", "拉取数据"),
    "exporting": ("Writing the export", "导出文件"),
    "done": ("Done", "已完成"),
    "failed": ("Failed", "失败"),
    "dismissed": ("Dismissed", "已取消"),
}
"""What a job is at, in English and Chinese."""

_STATUS: dict[str, Status] = {
    "ENQUEUED": "accepted",
    "DELAYED": "accepted",
    "PENDING": "running",
    "SUCCESS": "successful",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "dismissed",
}

RECORDED: dict[Status, list[str]] = {
    status: [name for name, shown in _STATUS.items() if shown == status] for status in STATUSES
}
"""Status as shown → how the job store calls it."""

_GAVE_UP = {
    "status": 500,
    "code": "job-gave-up",
    "title": "The job was given up",
    "title_zh": "任务已放弃",
    "detail": "The process ended again and again while it ran this job.",
    "detail_zh": "执行该任务时进程多次中断。",
    "action": "Give the machine more memory, or split the file; then resume the job.",
}


class JobProblem(BaseModel):
    """Why a job failed: the problem document of the error, without addresses."""

    status: int
    code: str
    title: str
    title_zh: str
    detail: str
    detail_zh: str
    place: str | None = None
    action: str | None = None

    @classmethod
    def of(cls, error: MujunError) -> "JobProblem":
        """Return the problem that an error is."""
        return cls(
            status=error.status,
            code=error.code,
            title=error.title[0],
            title_zh=error.title[1],
            detail=error.detail,
            detail_zh=error.detail_zh,
            place=error.place,
            action=error.action,
        )

    def as_error(self) -> MujunError:
        """Return the error that the problem was."""
        error = MujunError(self.detail, self.detail_zh, code=self.code, place=self.place, action=self.action)
        error.status, error.title = self.status, (self.title, self.title_zh)
        return error


class Job(BaseModel):
    """A job: its process, order, owner, state, and what it came to."""

    id: str
    process: Process
    status: Status
    progress: int
    stage: str
    owner: str | None
    order: dict[str, Any]
    created: datetime
    started: datetime | None
    finished: datetime | None
    updated: datetime
    result: dict[str, Any] | None = None
    problem: JobProblem | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.status in ("successful", "failed", "dismissed")

    @property
    def message(self) -> tuple[str, str]:
        """What it is at, or why it failed, in English and Chinese."""
        if self.problem is not None:
            return self.problem.detail, self.problem.detail_zh
        return STAGES.get(self.stage, STAGES["started"])


def job_of(row: Any) -> Job:
    """Return the job that a workflow of the job store is."""
    status = _STATUS[row.status]
    noted = row.attributes or {}
    stage = {"accepted": "waiting", "successful": "done", "failed": "failed", "dismissed": "dismissed"}
    order = row.input["args"][0] if isinstance(row.input, dict) and row.input["args"] else {}
    problem = None
    if status == "failed":
        problem = JobProblem.model_validate(getattr(row.error, "data", None) or _GAVE_UP)
    started = row.dequeued_at if status != "accepted" else None
    created = _moment(row.created_at)
    assert created is not None  # noqa: S101 - every workflow has it
    return Job(
        id=row.workflow_id,
        process=row.name,
        status=status,
        progress=100 if status == "successful" else int(noted.get("percent", 0)),
        stage=stage.get(status, str(noted.get("stage", "started"))),
        owner=row.authenticated_user,
        order=order,
        created=created,
        started=_moment(started),
        finished=_moment(row.completed_at),
        updated=_moment(row.updated_at) or created,
        result=row.output if status == "successful" else None,
        problem=problem,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
