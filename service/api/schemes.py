"""Schemes (评价办法): those that are shipped, and one sent along with a request."""

import json
from typing import Any

import yaml
from fastapi import APIRouter
from pydantic import BaseModel

from service.access.identity import Principal
from service.access.policy import check_own_scheme
from service.domain.scheme import Scheme
from service.errors import InvalidScheme
from service.reference.scheme_text import read_scheme
from service.reference.schemes import scheme_names, shipped_scheme

router = APIRouter(tags=["Evaluation 评价"])

_LONGEST = 64 * 1024  # characters; the longest real scheme has a tenth of that
_DEEPEST = 50


class Schemes(BaseModel):
    """The shipped schemes by name."""

    schemes: dict[str, Scheme]


@router.get("/schemes")
def schemes() -> Schemes:
    """List the shipped schemes, each with the document it follows and everything it decides."""
    return Schemes(schemes={name: shipped_scheme(name) for name in scheme_names()})


def requested_scheme(asker: Principal, scheme: str | dict[str, Any]) -> Scheme:
    """Return the scheme that a request names or contains: a shipped one, an object, or a YAML text.

    Never a file of this machine. Raises `NotFound` for an unknown name, `NotAllowed` where somebody who may
    not see figures brings a scheme, and `InvalidScheme` with the line.
    """
    if isinstance(scheme, str) and "\n" not in scheme:
        return shipped_scheme(scheme)
    check_own_scheme(asker, "/scheme")
    # an object has no lines of its own; spread over lines as JSON, which is YAML, errors can name one
    text = scheme if isinstance(scheme, str) else json.dumps(scheme, ensure_ascii=False, indent=1)
    if len(text) > _LONGEST:
        raise InvalidScheme("The scheme is too long.", "评价办法过长。", place="/scheme")
    _refuse_bombs(text)
    return read_scheme(text, "/scheme")


def _refuse_bombs(text: str) -> None:
    """Refuse what makes a small text a huge document, or overflows the stack of whoever reads it."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise InvalidScheme(
                    "The scheme uses YAML aliases, or is nested far too deeply.",
                    "评价办法使用了 YAML 别名，或嵌套过深。",
                    place=f"/scheme:{line}",
                )
    except yaml.YAMLError:
        return  # read_scheme says where
