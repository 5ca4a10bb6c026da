"""Who sees what: the scope of every route, the sensitivity of every property, and what follows from them."""

from collections.abc import Iterable, Mapping
from typing import Any

from service.access.identity import Principal
from service.access.policy.properties import FINDINGS, PROPERTIES
from service.access.policy.routes import ROUTES
from service.errors import NotAllowed

__all__ = [
    "FINDINGS",
    "OWN_SCHEME",
    "PROPERTIES",
    "ROUTES",
    "check_own_scheme",
    "check_routes",
    "masked",
    "process_scope",
    "visible",
    "visible_findings",
]

OWN_SCHEME = "analyst"
"""The scope that a scheme of one's own, or changes to one, take beside the route's.

Points are public because a shipped scheme mixes many figures in them; whoever writes the scheme could let a
single figure through.
"""


def process_scope(process: str) -> str:
    """Return the scope that starting a process takes, which is also that of seeing and ending its jobs."""
    scope = ROUTES["POST", f"/processes/{process}/execution"]
    assert scope is not None  # noqa: S101 - no process is open to everybody
    return scope


def visible(principal: Principal, collection: str) -> frozenset[str]:
    """Return the properties of a collection that the principal may see, select, filter and sort by."""
    return frozenset(
        name
        for name, sensitivity in PROPERTIES[collection].items()
        if sensitivity == "public" or principal.may(sensitivity) or principal.may("analyst")
    )


def visible_findings(principal: Principal) -> frozenset[str]:
    """Return the codes of the consistency checks whose findings the principal may see."""
    return frozenset(
        code
        for code, sensitivity in FINDINGS.items()
        if sensitivity == "public" or principal.may(sensitivity)
    )


def masked(principal: Principal, collection: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record without what the principal may not see; a masked property is absent, not null."""
    seen = visible(principal, collection)
    return {name: value for name, value in record.items() if name in seen}


def check_own_scheme(principal: Principal, place: str) -> None:
    """Raise `NotAllowed` when the principal may not evaluate or simulate by a scheme that is not shipped.

    ``place`` is where the request has the scheme.
    """
    if not principal.may(OWN_SCHEME):
        raise NotAllowed(
            f"A scheme of one's own, or changes to one, also need a key with the scope {OWN_SCHEME!r}: "
            "its points may tell a single firm's figures.",
            f"自带或修改评价办法还需要具有 {OWN_SCHEME!r} 权限的密钥：其得分可能泄露单个企业的数据。",
            code="scope-missing",
            place=place,
            action="Name a shipped scheme, or ask whoever keeps the keys for one with both scopes.",
        )


def check_routes(declared: Iterable[tuple[str, str]]) -> None:
    """Raise `RuntimeError` when a route has no entry in `ROUTES` or an entry has no route."""
    actual = set(declared)
    undeclared, unknown = sorted(actual - ROUTES.keys()), sorted(ROUTES.keys() - actual)
    if undeclared or unknown:
        raise RuntimeError(
            "service/access/policy/routes.py: "
            f"routes without a scope {undeclared}, scopes without a route {unknown}"
        )
