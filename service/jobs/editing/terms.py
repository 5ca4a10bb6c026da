"""What an edit is made of: what is said of a parcel, what was read of it before, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.hand_overs import ImportReport
from service.errors import PreconditionFailed
from service.features.outlines import Outline
from service.store.parcels import Current


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a parcel: texts by field, an empty one unsets its field; what is not named stays."""

    cells: Mapping[str, str]
    outline: Outline | None
    document: bytes
    """As it was received, to be kept."""
    ignored: tuple[str, ...] = ()
    """JSON pointers of what was sent and is not used."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What somebody who changes a parcel has read of it."""

    versions: frozenset[int] | None = None
    """It must have one of these; None allows any."""
    unmodified_since: datetime | None = None
    """To the second, as HTTP has it."""

    def check(self, now: Current, code: str) -> None:
        """Raise `PreconditionFailed` when the parcel is another by now."""
        since = self.unmodified_since
        changed = since is not None and now.received_at.replace(microsecond=0) > since
        if changed or (self.versions is not None and now.version not in self.versions):
            raise PreconditionFailed(
                f"Parcel {code} is no longer as you read it; nothing was changed.",
                f"宗地 {code} 已被他人更改，本次编辑未保存。",
                place="header If-Unmodified-Since" if changed else "header If-Match",
                action="GET it again, and make the change there. 请重新读取后再修改。",
            )


UNCONDITIONAL = Expected()


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of an edit: the parcel's version now, of a removed one its last, and since when it is so."""

    code: str
    version: int
    modified: datetime
    report: ImportReport | None
    """Of the batch; None when the parcel was so already, and nothing was written."""
