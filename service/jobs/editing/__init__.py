"""Edits (编辑): one parcel is created, replaced, changed or removed by hand, as a hand-over of one row.

Every figure leads to a file and a row, and so does what somebody drew on a map: an edit is a batch of one
row with the document that was sent as its file, read by the rules of the feed and written in one transaction.
What a hand-over would have held is refused here, and then nothing is stored.
"""

from service.jobs.editing.after import AfterEdits
from service.jobs.editing.edits import create, remove, replace, update
from service.jobs.editing.terms import UNCONDITIONAL, Edited, Expected, Said

__all__ = [
    "UNCONDITIONAL",
    "AfterEdits",
    "Edited",
    "Expected",
    "Said",
    "create",
    "remove",
    "replace",
    "update",
]
