"""Filters made to hurt: each is refused or worked out at once, in little memory, and the process lives on."""

import json
import resource
import subprocess
import sys
import time
from typing import Any

import pytest

from service.errors import InvalidFilter
from service.features.filters import limits
from tests.features.places import keys

MILLION = 1_000_000
DEEP = 10_000
NOT = '{"op":"not","args":['

TEXTS = {
    "brackets": "(" * DEEP + "low" + ")" * DEEP,
    "brackets never closed": "(" * 90_000,
    "a few brackets never closed": "(" * 60,
    "brackets around every joint": "(" * DEEP + "low" + " AND low)" * DEEP,
    "negations": "NOT " * DEEP + "low",
    "signs": "rank = " + "-" * DEEP + "1",
    "functions": "CASEI(" * DEEP + "name" + ")" * DEEP + " = 'a'",
    "sums": "rank = 1" + "+1" * DEEP,
    "powers": "rank = 2" + "^2" * DEEP,
    "comparisons in a row": "rank" + "<rank" * DEEP,
    "a million characters": f"name = '{'x' * MILLION}'",
    "a million quotes": "'" * MILLION,
    "a text never closed": "'" + "x\\" * 49_000,
    "nothing but space": " " * MILLION,
    "conjunctions": " AND ".join(["low"] * DEEP),
    "a long list": f"rank IN ({','.join(map(str, range(DEEP)))})",
    "many vertices": f"S_INTERSECTS(geometry, LINESTRING({','.join(['1 1'] * (DEEP + 1))}))",
    "many relations": " OR ".join(["S_INTERSECTS(geometry, POINT(1 1))"] * 21),
    "many patterns": " OR ".join(["name LIKE '%a'"] * 51),
    "a long pattern": f"name LIKE '{'%a' * 1000}'",
    "a long number": f"rank = {'9' * 90_000}",
    "a number with a far exponent": "rank = 1e999999999",
}
TREES = {
    "arrays": "[" * MILLION,
    "a few arrays": "[" * 90_000,
    "negations": NOT * DEEP + "true" + "]}" * DEEP,
    "more negations than levels": NOT * 101 + "true" + "]}" * 101,
    "a million characters": json.dumps("x" * MILLION),
    "deep coordinates": '{"type":"Point","coordinates":' + "[" * DEEP + "]" * DEEP + "}",
    "deep texts are none": json.dumps({"op": "=", "args": ["[" * DEEP, 1]}),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_beyond_the_limits_is_refused_at_once(text: str) -> None:
    """Within a fraction of a second; the bound leaves room for a busy machine."""
    started = time.thread_time()
    with pytest.raises(InvalidFilter):
        keys(text)
    assert time.thread_time() - started < 2


@pytest.mark.parametrize("text", TREES.values(), ids=TREES)
def test_json_beyond_the_limits_is_refused_at_once(text: str) -> None:
    """As text is."""
    started = time.thread_time()
    with pytest.raises(InvalidFilter):
        keys(text, "cql2-json")
    assert time.thread_time() - started < 2


def test_the_largest_filters_are_worked_out() -> None:
    """At the limits: depth, lists, vertices, patterns, and what would double at every level."""
    levels = limits.DEEPEST - 2
    assert keys("(" * levels + "low" + ")" * levels) == "adg"
    assert keys("NOT " * levels + "low") == "adg"
    assert keys(NOT * levels + "true" + "]}" * levels, "cql2-json") == "abcdefgh"
    assert keys("rank = 1" + "+1" * (levels - 1)) == ""
    assert keys("(" * 45 + "low" + " IN (low, true))" * 45) == "abdegh"
    assert keys("(" * 45 + "low" + " BETWEEN low AND true)" * 45) == "abdegh"
    assert keys("rank = " + "(rank % " * 45 + "7" + ")" * 45 + " OR true") == "abcdefgh"
    assert keys(" OR ".join(f"rank = {n}" for n in range(1000))) == "abcgh"
    assert keys(f"rank IN ({','.join(map(str, range(4900)))})") == "abcgh"
    assert (
        keys(f"S_INTERSECTS(geometry, LINESTRING({','.join(f'{n / 1e4} 0.3' for n in range(8000))}))") == "ag"
    )
    assert keys(f"name LIKE '{'%_' * 500}'") == ""
    assert keys(" OR ".join(["CASEI(name) LIKE '%A%'"] * 50 + ["rank = 1"])) == "a"


def test_memory_stays_within_bounds() -> None:
    """A process of its own takes all of them one after another: it lives, and grows by less than 100 MB."""
    done = subprocess.run(  # a crash of the interpreter would be its end, not a failed test
        [sys.executable, "-m", "tests.features.test_filters_limits"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100


def _grown() -> int:
    """Megabytes by which the process is larger after every filter than after a small one."""
    keys("rank = 1")

    def size() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    before = size()
    everything: list[tuple[str, Any]] = [(text, "cql2-text") for text in TEXTS.values()]
    everything += [(text, "cql2-json") for text in TREES.values()]
    for text, language in everything:
        try:
            keys(text, language)
        except InvalidFilter:
            continue
        raise AssertionError(text[:100])
    return size() - before


if __name__ == "__main__":
    print(_grown())
