"""Renders a document with the templates beside this module: the very one that programs get as JSON."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import quote, unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.pages import outlines, values
from service.pages.words import KEYS, RELATIONS, SEGMENTS
from service.reference.styles import colours_as_css

Template = Literal["document", "collections", "collection", "items", "item"]

STYLE = colours_as_css().encode() + files("service.pages").joinpath("templates", "style.css").read_bytes()
"""The stylesheet of all pages, the colours first; it is served under an address that changes with it."""

STYLE_VERSION = hashlib.sha256(STYLE).hexdigest()[:12]


@dataclass(frozen=True)
class Other:
    """The same resource in another encoding: where it is, its media type, and its name for people."""

    href: str
    type: str
    name: str


@dataclass(frozen=True)
class Frame:
    """What stands around a document: the service's address, the path below it, and other encodings.

    ``first`` is the address of the first page of a listing, on its later pages.
    """

    base: str
    path: str
    others: tuple[Other, ...] = ()
    first: str | None = None


def render(
    frame: Frame,
    document: Mapping[str, Any],
    template: Template = "document",
    titles: Mapping[str, str] | None = None,
) -> str:
    """Return the page of a document.

    :param titles: what the properties of features are called, in their order
    """
    return (
        _environment()
        .get_template(f"{template}.html")
        .render(
            document=document,
            frame=frame,
            titles=titles or {},
            trail=_trail(frame),
            style=f"{frame.base}/pages/{STYLE_VERSION}.css",
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "spoken": values.spoken,
        "number": values.number,
        "label": lambda key: KEYS.get(key, key),
        "relation": lambda rel: RELATIONS.get(rel.rpartition("/")[2], rel),
        "segment": partial(quote, safe=":@"),
    }
    environment.tests |= {
        "address": values.is_address,
        "colour": values.is_colour,
        "table": values.is_table,
        "records": values.is_records,
        "inline": values.is_inline,
    }
    environment.globals |= {
        "columns_of": values.columns_of,
        "name_of": values.name_of,
        "described": outlines.described,
        "picture": outlines.picture,
    }
    return environment


def _trail(frame: Frame) -> list[tuple[str, str]]:
    """Return the resources above this one and itself: address and what it is called."""
    steps, address = [], frame.base
    for segment in frame.path.strip("/").split("/"):
        address = f"{address}/{segment}"
        name = unquote(segment)
        steps.append((address, SEGMENTS.get(name, name)))
    return steps
