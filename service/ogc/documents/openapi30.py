"""OpenAPI 3.1 to 3.0.3, for GIS clients that read only the older one (QGIS among them).

3.1 speaks JSON Schema 2020-12, 3.0 a dialect of its own; each rule below takes one difference back. What 3.0
cannot say is left out, never turned into something stricter.
"""

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]

_VERSION = "3.0.3"
_SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas")
_UNKNOWN_TO_3_0 = (
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)


def to_openapi_30(document: Mapping[str, Any]) -> Document:
    """Return an OpenAPI 3.1 document as 3.0.3; the given one stays as it is."""
    converted: Document = _anything(document)
    converted["openapi"] = _VERSION
    converted.pop("jsonSchemaDialect", None)
    converted.pop("webhooks", None)
    converted.get("components", {}).pop("pathItems", None)
    converted["info"].pop("summary", None)
    converted["info"].get("license", {}).pop("identifier", None)
    return converted


def _anything(node: Any) -> Any:
    """Walk the document; below ``schema`` and ``schemas`` the rules for schemas hold."""
    if isinstance(node, list):
        return [_anything(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted: Document = {}
    for key, value in node.items():
        if key == "schema":
            converted[key] = _schema(value)
        elif key == "schemas" and isinstance(value, dict):
            converted[key] = {name: _schema(item) for name, item in value.items()}
        elif key in ("example", "examples", "default"):
            converted[key] = value
        else:
            converted[key] = _anything(value)
    return converted


def _schema(schema: Any) -> Any:
    """Return a schema in the 3.0 dialect."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if "$ref" in schema:
        # 3.0 ignores whatever stands beside a reference
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        reference = {"$ref": schema["$ref"]}
        return {**_schema(beside), "allOf": [reference]} if beside else reference
    converted: Document = {}
    for key, value in schema.items():
        if key in _SCHEMA_MAPS:
            converted[key] = {name: _schema(item) for name, item in value.items()}
        elif key in ("items", "additionalProperties", "not") and not isinstance(value, bool):
            converted[key] = _schema(value)
        elif key in ("allOf", "anyOf", "oneOf", "prefixItems"):
            converted[key] = [_schema(item) for item in value]
        else:
            converted[key] = value
    for rule in _RULES:
        converted = rule(converted)
    return {key: value for key, value in converted.items() if key not in _UNKNOWN_TO_3_0}


def _constant(schema: Document) -> Document:
    """``const: x`` is ``enum: [x]``; a constant null is a type of its own, handled below."""
    if "const" not in schema:
        return schema
    value = schema.pop("const")
    return {**schema, "type": "null"} if value is None else {**schema, "enum": [value]}


def _nullable(schema: Document) -> Document:
    """A type list with null, and a choice with a null branch, become ``nullable``; other lists a choice."""
    types = schema.get("type")
    if isinstance(types, list):
        named = [name for name in types if name != "null"]
        schema = {key: value for key, value in schema.items() if key != "type"}
        if len(named) == 1:
            schema["type"] = named[0]
        elif named:
            schema["anyOf"] = [{"type": name, **_items_of(name)} for name in named]
        if "null" in types:
            schema["nullable"] = True
    for choice in ("anyOf", "oneOf"):
        branches = schema.get(choice)
        if branches and _NULL in branches:
            rest = [branch for branch in branches if branch != _NULL]
            schema = {key: value for key, value in schema.items() if key != choice} | {"nullable": True}
            if len(rest) == 1 and "$ref" not in rest[0]:
                schema = {**rest[0], **schema}
                if "enum" in schema:
                    schema["enum"] = [*schema["enum"], None]
            elif rest:
                schema["allOf" if len(rest) == 1 else choice] = rest
    return schema


_NULL = {"nullable": True, "enum": [None]}


def _only_null(schema: Document) -> Document:
    """``type: null`` alone is an enumeration of nothing but null."""
    if schema.get("type") != "null":
        return schema
    return {key: value for key, value in schema.items() if key != "type"} | _NULL


def _items_of(name: str) -> Document:
    return {"items": {}} if name == "array" else {}


def _exclusive(schema: Document) -> Document:
    """An exclusive bound is a number in 3.1, and in 3.0 a flag beside the inclusive one."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        limit = schema.get(exclusive)
        if limit is None or isinstance(limit, bool):
            continue
        tighter = max if bound == "minimum" else min
        inclusive = schema.get(bound, limit)
        schema = {**schema, bound: tighter(limit, inclusive), exclusive: True}
        if schema[bound] != limit:  # the inclusive bound was the tighter one
            del schema[exclusive]
    return schema


def _example(schema: Document) -> Document:
    """A schema has one example in 3.0."""
    examples = schema.pop("examples", None)
    return {**schema, "example": examples[0]} if examples and "example" not in schema else schema


def _binary(schema: Document) -> Document:
    """Bytes are a content media type or encoding in 3.1, a format in 3.0."""
    if schema.get("contentEncoding") in ("base64", "base64url"):
        return {**schema, "format": "byte"}
    if "contentMediaType" in schema and schema.get("type") == "string":
        return {**schema, "format": "binary"}
    return schema


def _tuple(schema: Document) -> Document:
    """A tuple becomes an array of any of its kinds; 3.0 demands ``items`` for every array, and a schema."""
    kinds = schema.pop("prefixItems", None)
    rest = schema.get("items", True)
    if kinds is not None:
        closed = rest is False or schema.get("maxItems") == len(kinds)
        choices = kinds if closed else [*kinds, {} if rest is True else rest]
        distinct = [kind for place, kind in enumerate(choices) if kind not in choices[:place]]
        anything = {} in distinct
        schema["items"] = {} if anything else distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
    elif rest is False:
        schema |= {"items": {}, "maxItems": 0}
    elif rest is True and (schema.get("type") == "array" or "items" in schema):
        schema["items"] = {}
    return schema


_RULES: tuple[Callable[[Document], Document], ...] = (
    _constant,
    _only_null,
    _nullable,
    _exclusive,
    _example,
    _binary,
    _tuple,
)
