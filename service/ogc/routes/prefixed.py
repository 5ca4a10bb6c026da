"""Routes under a prefix, which a request for anything else passes by without trying each of them."""

from fastapi import APIRouter
from starlette._utils import get_route_path  # the router's own, so that both read a path the same way
from starlette.routing import Match
from starlette.types import Scope


class PrefixedRouter(APIRouter):
    """A router whose paths all begin with its prefix."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as its routes do, where the path begins with the prefix; nowhere else."""
        if scope["type"] == "http" and not get_route_path(scope).startswith(self.prefix):
            return Match.NONE, {}
        return super().matches(scope)
