"""Filters (过滤条件) in CQL2 (OGC 21-065), as text or JSON: read, checked, and worked out on a table.

    text (`tokens`, `text`, `wkt`) ─┐
                                    ├─► tree as cql2-json has it ──► nodes ───────────────► rows
    JSON (`json_text`) ─────────────┘   (`reading`: names, kinds, limits)   (`evaluation`)

The package ``cql2``, which reads the rules of schemes, is not for what strangers send: 25 opening
brackets keep it busy for a minute, 2,000 nested ones end the process, and it makes every integer a float.
"""

from service.features.filters.filter import LANGUAGES, Filter, Language, parse_filter

__all__ = ["LANGUAGES", "Filter", "Language", "parse_filter"]
