"""Receives an uploaded file: from the form to a temporary file under a name that we chose."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Request, UploadFile
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

from service.errors import InvalidParameter, TooLarge, UnreadableFile

# a code and nothing else: PROJ would also read the name of a file of this machine
Epsg = Annotated[str, StringConstraints(pattern=r"^(EPSG:)?[0-9]{4,6}$")]
"""A coordinate system as a form may name it."""

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")
_LONGEST_MAPPING = 256 * 1024
_LONGEST_NAME = 200


def base_name(upload: UploadFile) -> str:
    """Return the file's own name without any folder; raises `InvalidParameter` when it has none."""
    name = re.split(r"[/\\]", upload.filename or "")[-1].strip()
    if not name or name.startswith(".") or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidParameter(
            "The uploaded file needs a plain name, as its ending tells the format.",
            "上传的文件需要有正常的文件名，其扩展名表明格式。",
            place="/file",
        )
    return name


@contextmanager
def on_disk(upload: UploadFile, limit: int) -> Iterator[Path]:
    """Give the upload as a file on disk that is gone afterwards.

    Only the ending is taken from the client, since readers tell formats by it. Raises `TooLarge`.
    """
    if upload.size is not None and upload.size > limit:
        raise TooLarge(
            f"The file is longer than {limit} bytes.",
            f"文件超过 {limit} 字节。",
            place="/file",
            action="Split the file, or raise MUJUN_MAX_UPLOAD_BYTES.",
        )
    suffix = Path(base_name(upload)).suffix
    with tempfile.TemporaryDirectory(prefix="mujun-") as folder:
        path = Path(folder, "upload" + (suffix if _SUFFIX.fullmatch(suffix) else ""))
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target, 1024 * 1024)
        yield path


def text_of(field: UploadFile | str | None) -> str | None:
    """Return a form field that may be text or a file as text; raises `UnreadableFile` or `TooLarge`."""
    if field is None or isinstance(field, str):
        return field or None
    content = field.file.read(_LONGEST_MAPPING + 1)
    if len(content) > _LONGEST_MAPPING:
        raise TooLarge("The mapping is longer than 256 KiB.", "映射文件超过 256 KiB。", place="/mapping")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(
            "The mapping is not UTF-8 text.", "映射文件不是 UTF-8 文本。", place="/mapping"
        ) from None


async def known_fields_only(request: Request) -> None:
    """Refuse form fields that the route does not declare; a dependency of routes that take a form."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(415, "Send multipart/form-data.")
    known = {field.alias for field in request.scope["route"].dependant.body_params}
    # read already, for the declared fields
    form = await request.form()
    for name in form:
        if name not in known or len(form.getlist(name)) > 1:
            raise InvalidParameter(
                f"The form field {name!r} is unknown or repeated.",
                f"表单字段 {name!r} 未知或重复。",
                code="unknown-field",
                place=f"/{name}",
                action=f"Known here: {', '.join(sorted(known))}.",
            )
