"""Open to everybody: whether the service works, and what a problem's code means."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from service import __version__
from service.api import codes
from service.api.dependencies import Store
from service.errors import NotFound

router = APIRouter(tags=["Service"])


class Health(BaseModel):
    """That the service works (健康检查)."""

    status: str
    version: str


class CodeMeaning(BaseModel):
    """What a stable code means (错误码说明)."""

    code: str
    status: int | None
    title: str
    title_zh: str


@router.get("/healthz")
def health(store: Store) -> Health:
    """Tell that the service works and reaches its store; 503 otherwise."""
    with store.reading() as connection:
        store.data_version(connection)
    return Health(status="ok", version=__version__)


@router.get("/problems/{code}")
def code_meaning(code: Annotated[str, Path(max_length=100)]) -> CodeMeaning:
    """Describe a kind of problem, or a reason for which a row is held or a parcel is not scored."""
    if code not in codes.CODES:
        raise NotFound("There is no problem with this code.", "没有这个错误码。", place="path parameter code")
    status, (title, title_zh) = codes.CODES[code]
    return CodeMeaning(code=code, status=status, title=title, title_zh=title_zh)
