"""What lists and filters share: the size of a page, where it begins, texts that a database can compare."""

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import StringConstraints

LARGEST_ID = 2**63 - 1

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A name or code without control characters."""

YEAR: dict[str, Any] = {"pattern": r"^(19|20)[0-9]{2}$", "examples": ["2023"]}
"""How a period is described; the job that takes it says in its own words what is wrong with another."""

Limit = Annotated[int, Query(ge=1, description="Items on a page; beyond the maximum, the maximum counts.")]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Older than the one with this id")]
After = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Continue after the item with this id.")]


def next_page(request: Request, **position: int) -> str:
    """Return the address of the page that follows, relative to the service."""
    return f"{request.url.path}?{request.url.include_query_params(**position).query}"
