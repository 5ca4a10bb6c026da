"""What was worked out for one state of the data and stays true for it: which features, how many, where."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from service.store.database import Database

T = TypeVar("T")


class _Working:
    """Who works something out holds the lock, and so many want it."""

    def __init__(self) -> None:
        self.lock, self.wanted = threading.Lock(), 0


class Memory:
    """The latest answers, up to ``size`` bytes; keys hold the data version, so nothing gets out of date."""

    def __init__(self, size: int = 64 * 1024 * 1024) -> None:
        self._free = size
        self._known: OrderedDict[Hashable, object] = OrderedDict()
        self._working: dict[Hashable, _Working] = {}
        self._lock = threading.Lock()

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what is known under the key, or work it out while others who want it wait for it."""
        with self._lock:
            working = self._working.setdefault(key, _Working())
            working.wanted += 1
        try:
            with working.lock:
                return self.get(key, work_out)
        finally:
            with self._lock:
                working.wanted -= 1
                if not working.wanted:
                    del self._working[key]

    def find(self, key: Hashable) -> Any:
        """Return what is known under the key, or None."""
        with self._lock:
            if (found := self._known.get(key)) is not None:
                self._known.move_to_end(key)
            return found

    def get(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what is known under the key, or work it out; two at once may both do so."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return cast(T, self._known[key])
        found = work_out()
        with self._lock:
            if key not in self._known:
                self._known[key] = found
                self._free -= _weight(found)
            while self._free < 0:
                self._free += _weight(self._known.popitem(last=False)[1])
        return found


def _weight(found: object) -> int:
    """Return about how many bytes an answer takes, with its key."""
    return 1024 + (len(found) if isinstance(found, bytes) else int(getattr(found, "nbytes", 0)))


class Memories:
    """A memory of its own for every store of this process, each of up to ``size`` bytes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._by_store: WeakKeyDictionary[Database, Memory] = WeakKeyDictionary()

    def of(self, database: Database) -> Memory:
        """Return the memory that belongs to a store."""
        return self._by_store.setdefault(database, Memory(self._size))


_OF_STORES = Memories(512 * 1024 * 1024)


def memory_of(database: Database) -> Memory:
    """Return the memory of what the maps of a store show."""
    return _OF_STORES.of(database)
