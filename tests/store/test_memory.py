"""What a store remembers: bounded by bytes, the latest kept."""

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
