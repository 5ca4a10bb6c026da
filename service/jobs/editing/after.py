"""What follows edits: rows that waited for a parcel are read, coverage is counted, once for a burst."""

from threading import Lock

from service.domain.hand_overs import ImportReport
from service.jobs.following import follow_up
from service.store.database import Database


class AfterEdits:
    """Follows up on edits one at a time; of those that come meanwhile, on the last of each district.

    Somebody who draws a hundred parcels sends a hundred edits, and counting coverage takes a second for a
    hundred thousand parcels. What waits for any of the earlier ones is found with the last.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str | None, ImportReport] = {}
        self._lock = Lock()
        self._busy = False

    def follow(self, report: ImportReport) -> None:
        """Do what follows an edit, or leave it to whoever is at it already."""
        with self._lock:
            self._waiting[report.district] = report
            if self._busy:
                return
            self._busy = True
        try:
            while (following := self._next()) is not None:
                follow_up(self._database, following)
        finally:
            self._busy = False

    def _next(self) -> ImportReport | None:
        with self._lock:
            if self._waiting:
                return self._waiting.pop(next(iter(self._waiting)))
            self._busy = False
            return None
