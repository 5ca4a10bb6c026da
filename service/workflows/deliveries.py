"""The delivery (事件投递) of events in the background: a thread a subscriber, in one process of all.

The process that delivers holds a place, which ends with it, however it ends; then another takes it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread

from service.errors import Conflict
from service.jobs.telling import Telling
from service.outbound.reach import Purpose, Reach
from service.settings import Settings
from service.store import engines
from service.store.database import Database
from service.webhooks.sending import Sender
from service.webhooks.subscribers import Subscriber, load_subscribers
from service.workflows.places import DELIVERIES, Places

_log = logging.getLogger("mujun")

_LOOK_SECONDS = 1.0
_AFTER_TROUBLE_SECONDS = 10.0
_LEAVE_SECONDS = 35.0


class Deliveries:
    """Delivers until it is stopped; without subscribers it does nothing, and costs nothing."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._ending = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin in the background.

        Raises `InvalidSubscribers` for a file that cannot be read, and `InvalidParameter` for settings.
        """
        subscribers = load_subscribers(self._settings.subscribers)
        reach = Reach.of(self._settings, Purpose.EVENTS)
        if subscribers:
            reach.tls()  # authorities that cannot be read are told now, not by every thread
            self._thread = Thread(
                target=self._run, args=(subscribers, reach), name="mujun-deliveries", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Let the attempt at hand end, and begin no other."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(_LEAVE_SECONDS)
            self._thread = None

    def _run(self, subscribers: tuple[Subscriber, ...], reach: Reach) -> None:
        places = places_of(self._database, self._settings)
        try:
            while not self._ending.is_set():
                if self._take(places):
                    self._tell_all(subscribers, reach, _Held(places))
                self._ending.wait(_LOOK_SECONDS)
        finally:
            places.leave_all()

    def _tell_all(self, subscribers: tuple[Subscriber, ...], reach: Reach, held: "_Held") -> None:
        """Tell until it ends, or until the place is lost and another process may tell."""
        threads = [
            Thread(
                target=self._tell, args=(each, reach, held), name=f"mujun-deliveries-{each.name}", daemon=True
            )
            for each in subscribers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _take(self, places: Places) -> bool:
        try:
            return places.take_first()
        except Exception as error:  # a store that cannot be reached comes back
            _log.warning("Events cannot be delivered now; it is tried again.", exc_info=error)
            return False

    def _tell(self, subscriber: Subscriber, reach: Reach, held: "_Held") -> None:
        def over() -> bool:
            return self._ending.is_set() or held.lost.is_set()

        while not over():
            try:
                with Sender(subscriber, reach, self._settings.public_url) as sender:
                    telling = Telling(self._database, subscriber, sender.send)
                    while not over() and held.ask():
                        telling.run(over)
                        self._ending.wait(_LOOK_SECONDS)
            except Exception as error:
                _log.warning("%s cannot be told now; tried again.", subscriber.name, exc_info=error)
                self._ending.wait(_AFTER_TROUBLE_SECONDS)


class _Held:
    """The place from which several threads tell, which ask one after another whether it is still theirs."""

    def __init__(self, places: Places) -> None:
        self._places, self._lock = places, Lock()
        self.lost = Event()

    def ask(self) -> bool:
        """Ask whether the place is still held; once lost it stays so."""
        with self._lock:
            if not self.lost.is_set() and not self._places.still_held():
                _log.warning("The place from which events are delivered was lost; it is taken again.")
                self.lost.set()
            return not self.lost.is_set()


def deliver_now(database: Database, settings: Settings) -> dict[str, tuple[int, datetime | None]]:
    """Tell every subscriber of what is due; returns how many events each took, and when the next is due.

    Raises `Conflict` while another process delivers.
    """
    subscribers = load_subscribers(settings.subscribers)
    reach = Reach.of(settings, Purpose.EVENTS)
    done: dict[str, tuple[int, datetime | None]] = {}
    with _place(database, settings):
        for each in subscribers:
            with Sender(each, reach, settings.public_url) as sender:
                telling = Telling(database, each, sender.send)
                due = telling.run()
            done[each.name] = telling.told, due
    return done


def places_of(database: Database, settings: Settings) -> Places:
    """Return the one place from which events of a store are delivered."""
    path: Path = engines.geopackage_path(database.url) if database.is_embedded else settings.data_dir
    return Places(database, path, DELIVERIES)


@contextmanager
def _place(database: Database, settings: Settings) -> Iterator[None]:
    places = places_of(database, settings)
    if not places.take_first():
        raise Conflict(
            "Another process delivers events of this store.",
            "另有进程正在投递事件。",
            code="deliveries-running",
            action="Leave it to that process; a service or mujun work does it by itself. 请等待其完成。",
        )
    try:
        yield
    finally:
        places.leave_all()
