"""What a store remembers: bounded by bytes, the latest kept."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from service.store.memory import Memory


def test_memory_keeps_what_was_used_last() -> None:
    """Nothing known is worked out again; what was not asked for longest goes first when space is short."""
    memory, made = Memory(size=5 * 1024), []

    def ask(key: str) -> str:
        def work_out() -> str:
            made.append(key)
            return key

        return memory.get(key, work_out)

    assert [ask(key) for key in "abcdea"] == list("abcdea")
    ask("f")  # in place of b: a was used since
    assert ask("a") == "a"
    assert ask("b") == "b"
    assert made == list("abcdefb")


def test_memory_does_not_outgrow_its_size() -> None:
    """What is larger than all the space is given out and not kept."""
    memory, made = Memory(size=2048), []

    def large() -> bytes:
        made.append(1)
        return bytes(10_000)

    assert len(memory.get("x", large)) == len(memory.get("x", large)) == 10_000
    assert len(made) == 2


def test_what_takes_long_is_worked_out_once_for_all_who_ask_meanwhile() -> None:
    """Eight ask at the same time: one works it out, seven wait and get the same; a failure is not kept."""
    memory, begun, made = Memory(), threading.Barrier(8), []

    def work_out() -> object:
        made.append(threading.get_ident())
        time.sleep(0.05)
        if len(made) == 1:
            raise OSError("once")
        return object()

    def ask(_: int) -> object:
        begun.wait()
        try:
            return memory.once("key", work_out)
        except OSError:
            return memory.once("key", work_out)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(8)))
    assert len(set(map(id, found))) == 1
    assert len(made) == 2
    assert not memory._working
