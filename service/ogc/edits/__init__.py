"""OGC API Features Part 4 (要素编辑): create, replace, update and delete, with optimistic locking.

Source: OGC 20-002r1 (draft); RFC 9110 for preconditions, RFC 7396 for merge patches, RFC 7240 for
preferences.
"""

EDITABLE = frozenset({"parcels"})
"""The collections whose features can be edited; the others are as they were handed over or worked out."""
