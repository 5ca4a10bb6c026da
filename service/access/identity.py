"""Who is asking, and what they may do (权限): principals and scopes."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request

from service.errors import InvalidParameter

SCOPES = {
    "read": "grades, points, flags, coverage and parcels of published evaluations (查看)",
    "analyst": "also a single firm's figures, drafts and source rows; implies read (分析)",
    "import": "hand over files (数据交付)",
    "edit": "change single parcels on the map; implies read (编辑)",
    "evaluate": "run evaluations and see drafts, by own schemes with analyst; implies read (评价)",
    "follow": "propose measures and follow them up, with notes; implies read (跟踪办理)",
    "publish": "publish a draft (发布)",
    "admin": "everything (管理)",
}
"""Every scope and what it opens."""

_IMPLIED = {
    "analyst": {"read"},
    "edit": {"read"},
    "evaluate": {"read"},
    "follow": {"read"},
    "admin": set(SCOPES),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks: a name and the scopes it holds, implied ones included."""

    name: str
    scopes: frozenset[str] = frozenset()

    @classmethod
    def holding(cls, name: str, granted: Iterable[str]) -> "Principal":
        """Return the principal with the granted scopes and all that they imply."""
        scopes = frozenset(granted)
        return cls(name, scopes.union(*(_IMPLIED.get(scope, ()) for scope in scopes)))

    def may(self, scope: str) -> bool:
        """Tell whether the scope is held."""
        return scope in self.scopes

    @property
    def sees_drafts(self) -> bool:
        """Whether evaluations that are not published yet exist for this principal."""
        return self.may("evaluate") or self.may("analyst")


ANONYMOUS = Principal("anonymous")
"""Nobody in particular: what public routes see."""

OPEN = Principal.holding("open", SCOPES)
"""Everybody in open mode."""


def current_principal(request: Request) -> Principal:
    """Return who is asking, as the gate found out; a FastAPI dependency."""
    principal: Principal = request.state.principal
    return principal


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes sorted, each once; raises `InvalidParameter` for none or an unknown one."""
    wanted = tuple(sorted(set(scopes)))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise InvalidParameter(
            f"Unknown scope: {', '.join(unknown)}." if unknown else "A key needs at least one scope.",
            f"未知权限：{'、'.join(unknown)}。" if unknown else "密钥至少需要一项权限。",
            code="unknown-scope",
            place="scope",
            action=f"Use one or more of: {', '.join(SCOPES)}.",
        )
    return wanted
