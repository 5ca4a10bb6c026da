"""Texts of features are written once, a few at a time, and are those of their own rows."""

import random

import numpy as np

from service.features.texts import Texts

Rows = list[int]


class Writer:
    """Writes the number of each row, and remembers which it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Rows] = []

    def __call__(self, rows: np.ndarray) -> list[bytes]:
        """Return the texts of these rows."""
        self.asked.append(rows.tolist())
        return [b"%d" % row for row in rows.tolist()]


def test_every_row_has_its_own_text_and_is_written_once() -> None:
    """Asked for in any order and number, one or hundreds at a time."""
    texts, write, chance = Texts(1000), Writer(), random.Random(2)
    for _ in range(300):
        rows = sorted(chance.sample(range(1000), chance.choice([1, 2, 3, 70, 200])))
        assert texts.of("way", np.array(rows), write) == [b"%d" % row for row in rows]
    written = [row for rows in write.asked for row in rows]
    assert len(written) == len(set(written)) == 1000


def test_a_single_row_is_written_with_those_beside_it() -> None:
    """A thousand single features cost as many writings as there are blocks of them; the last is shorter."""
    texts, write = Texts(1000), Writer()
    for row in np.random.default_rng(1).permutation(1000).tolist():
        texts.of("way", np.array([row]), write)
    assert len(write.asked) == 16
    assert [len(rows) for rows in write.asked].count(64) == 15


def test_a_way_of_its_own_has_texts_of_its_own() -> None:
    """Other properties, or another coordinate system, are written by themselves."""
    texts, write = Texts(3), Writer()
    texts.of("one", np.array([0]), write)
    texts.of("other", np.array([0]), write)
    assert write.asked == [[0, 1, 2], [0, 1, 2]]


def test_when_there_is_no_room_everything_is_forgotten() -> None:
    """And written again by who asks next."""
    texts, write = Texts(200, room=2_000), Writer()
    for _ in range(2):
        assert texts.of("way", np.arange(200), write) == [b"%d" % row for row in range(200)]
    assert len(write.asked) == 2
