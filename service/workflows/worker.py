"""The worker (工作进程): carries out the jobs of one store, and finishes those of processes that died."""

import logging
import time
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from service.settings import Settings
from service.store.database import Database
from service.workflows.ledger import APPLICATION, QUEUE, SCHEMA, VERSION, Ledger
from service.workflows.places import Places

if TYPE_CHECKING:
    from dbos import DBOS

_log = logging.getLogger("mujun")

_ONE = Lock()
"""The library for durable work runs once a process."""

_LOOK_SECONDS = 2.0
_SWEEP_SECONDS = 10.0
_LEAVE_SECONDS = 20.0
_POLL_SECONDS = 0.5


class Worker:
    """Works in threads of this process, from the first job on: a service without jobs costs nothing."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.ledger = Ledger(database)
        self._database = database
        self._settings = settings
        self._places = Places(database, self.ledger.path if database.is_embedded else settings.data_dir)
        self._wanted, self._ending = Event(), Event()
        self._thread: Thread | None = None
        self._dbos: DBOS | None = None
        self._place = ""

    def start(self) -> None:
        """Begin in the background."""
        self._thread = Thread(target=self._run, name="mujun-worker", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Begin at once: a job was just ordered."""
        self._wanted.set()

    def stop(self) -> None:
        """Let the step at hand come to a place where it can be left, and end; unfinished jobs go on later."""
        self._ending.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(_LEAVE_SECONDS + 15)
            self._thread = None
        self.ledger.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                if self._dbos is None:
                    if self._wanted.is_set() or self.ledger.exists():
                        self._begin()
                else:
                    self._sweep()
            except Exception as error:
                _log.warning("The worker cannot work now; it will try again.", exc_info=error)
            busy = self._dbos is not None
            if busy:
                self._ending.wait(_SWEEP_SECONDS)
            else:
                self._wanted.wait(_LOOK_SECONDS)
        self._end()

    def _begin(self) -> None:
        """Launch, which also takes up what the last holder of the place left unfinished."""
        from dbos import DBOS

        from service.workflows.chains import Workplace
        from service.workflows.quiet import config, hush
        from service.workflows.steps import Bench

        if not _ONE.acquire(timeout=_LOOK_SECONDS):
            return
        try:
            place = self._places.take_one()
            if place is None:
                _ONE.release()
                return
            hush()
            Workplace.bench = Bench(self._database, self._settings)
            Workplace.ledger = self.ledger
            Workplace.ending = staticmethod(self._ending.is_set)
            self._place = place
            self._dbos = DBOS(
                config=config(self.ledger.url, SCHEMA, name=APPLICATION, version=VERSION, place=place)
            )
            DBOS.launch()
            DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=_POLL_SECONDS)
            self._sweep()
        except BaseException:
            self._end()
            raise

    def _sweep(self) -> None:
        """Take up the jobs of places whose process died."""
        from dbos import DBOS

        for place in self.ledger.interrupted():
            if place != self._place and self._places.take(place):
                try:
                    DBOS._recover_pending_workflows([place])
                finally:
                    self._places.leave(place)

    def _end(self) -> None:
        if not self._place:
            return
        from dbos import DBOS

        if self._dbos is not None:
            end = time.monotonic() + _LEAVE_SECONDS
            while self._dbos._active_workflows_set.activeList() and time.monotonic() < end:
                time.sleep(0.05)
            self._dbos = None
        DBOS.destroy()
        self._places.leave_all()
        self._place = ""
        _ONE.release()
