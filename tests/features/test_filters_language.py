"""The two encodings of CQL2: what is read, that both mean the same, and what is refused with which words."""

import json
from typing import Any

import cql2
import pytest

from service.errors import InvalidFilter
from service.features.crs import CRS84, find_crs
from service.features.filters import parse_filter
from service.features.filters.text import parse_text
from tests.features.places import QUERYABLES, keys

SHARED = """
rank = 1
rank <> 1 AND name LIKE 'x%'
NOT rank = 1 AND NOT low OR points > 1.5
name NOT LIKE 'x_' OR rank NOT IN (1, 2) OR rank NOT BETWEEN 1 AND 2
rank BETWEEN 1 AND 2 AND points = 2
rank IS NULL OR name IS NOT NULL
CASEI(name) = CASEI('X') AND ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('É%'))
CASEI(name) IN (CASEI('X'), CASEI('y'))
S_INTERSECTS(geometry, POINT(0.3 0.3)) OR s_disjoint(geometry, BBOX(0, 0, 1, 1))
S_WITHIN(geometry, POLYGON((0 0, 1 0, 1 1, 0 0), (0.5 0.1, 0.6 0.1, 0.6 0.2, 0.5 0.1)))
S_TOUCHES(geometry, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((2 2, 3 2, 3 3, 2 2))))
S_CROSSES(geometry, MULTILINESTRING((0 0, 1 1), (2 2, 3 3)))
S_CONTAINS(geometry, MULTIPOINT((0 0), (1 1)))
S_OVERLAPS(geometry, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1)))
T_AFTER(since, DATE('2020-01-01')) OR T_BEFORE(since, TIMESTAMP('2020-01-01T00:00:00Z'))
T_DURING(INTERVAL(since, until), INTERVAL('2020-01-01', '..'))
rank + 1 * 2 - 3 / 4 > -rank AND rank % 2 = rank DIV 2 AND points ^ 2 < 9
"low" AND "name" = 'it''s'
low = TRUE OR FALSE
"""


def plain(tree: Any) -> Any:
    """A tree with names of operators in lower case, all numbers double, chains of AND and OR flat."""
    if isinstance(tree, list):
        return [plain(member) for member in tree]
    if not isinstance(tree, dict):
        return float(tree) if isinstance(tree, int) and not isinstance(tree, bool) else tree
    if "op" not in tree:
        return {key: plain(value) for key, value in tree.items()}
    op, args = tree["op"].lower(), plain(tree["args"])
    if op in ("and", "or"):
        args = [part for arg in args for part in (arg["args"] if _is(arg, op) else [arg])]
    return {"op": op, "args": args}


def _is(tree: Any, op: str) -> bool:
    return isinstance(tree, dict) and tree.get("op") == op


@pytest.mark.parametrize("text", SHARED.strip().splitlines())
def test_text_is_read_as_another_reader_does(text: str) -> None:
    """The package cql2 makes the same tree of it; and JSON of that tree selects the same features."""
    tree = cql2.parse_text(text).to_json()
    assert plain(parse_text(text)) == plain(tree)
    assert keys(json.dumps(tree), "cql2-json") == keys(text)


@pytest.mark.parametrize(
    ("tree", "selected"),
    [
        ({"op": "=", "args": [{"property": "rank"}, 1]}, "a"),
        ({"op": "=", "args": [{"property": "rank"}, 2**53 + 1]}, "d"),
        ({"op": "isNull", "args": [{"property": "geometry"}]}, "d"),
        ({"op": "in", "args": [{"property": "name"}, ["it's", "亩均"]]}, "ef"),
        ({"op": "like", "args": [{"property": "name"}, "50\\%%"]}, "b"),
        (
            {
                "op": "t_finishedBy",
                "args": [{"interval": [{"property": "since"}, {"property": "until"}]}] * 2,
            },
            "",
        ),
        ({"op": "<", "args": [{"property": "since"}, {"date": "2000-01-01"}]}, "g"),
        (
            {
                "op": "s_within",
                "args": [
                    {"property": "geometry"},
                    {
                        "type": "Polygon",
                        "bbox": [0, 0, 1, 1],
                        "coordinates": [[[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 1, 5], [0, 0, 5]]],
                    },
                ],
            },
            "aeg",
        ),
        ({"op": "s_intersects", "args": [{"bbox": [2.1, 0, 3, 1]}, {"property": "geometry"}]}, "b"),
        (True, "abcdefgh"),
    ],
)
def test_json(tree: Any, selected: str) -> None:
    """Members that GeoJSON allows beside coordinates are passed over."""
    assert keys(json.dumps(tree), "cql2-json") == selected


def test_names_are_quoted_where_they_look_like_keywords() -> None:
    """A keyword is one only where it can be; in double quotes it never is."""
    for text in ('"date" = 1', "date = 1", '"and" = 1', "_a = 1", "a:b.c = 1", "亩 = 1"):
        with pytest.raises(InvalidFilter, match="Unknown property"):
            keys(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "At character 1 stands the end"),
        ("   ", "stands the end"),
        ("THIS IS NOT A FILTER", "At character 13 stands 'A', where 'NULL' was expected"),
        ("rank = ", "stands the end"),
        ("rank = 1 AND", "stands the end"),
        ("rank 1", "At character 6 stands '1'"),
        ("rank = 1)", "At character 9"),
        ("(rank = 1", "')' was expected"),
        ("rank = 1; DROP TABLE parcel", "';' at character 9"),
        ("name = 'x", "never closed"),
        (r"name = 'x\'", "never closed"),
        ('"name = 1', "never closed"),
        ("rank == 1", "stands '='"),
        ("rank NOT = 1", "LIKE, BETWEEN or IN"),
        ("rank = NULL", "stands 'NULL'"),
        ("rank IN ()", "IN takes a value and a list"),
        ("rank IN 1", "'('"),
        ("name LIKE name", "LIKE takes a text in single quotes"),
        ("rank LIKE 'a'", "LIKE takes operands that are text, not number"),
        ("secret = 1", "Unknown property 'secret'"),
        ("secret IS NULL", "Unknown property 'secret'"),
        ("foo(rank) = 1", "Unknown function 'foo'"),
        ("pg_sleep(10)", "Unknown function 'pg_sleep'"),
        ("A_CONTAINS(name, 1)", "Unknown function 'a_contains'"),
        ("rank = 'a'", "not number with text"),
        ("'5' > 4", "not number with text"),
        ("low = 1", "not number with truth"),
        ("1 < rank < 3", "not number with truth"),
        ("geometry = geometry", "not geometry"),
        ("rank IN (1, 'a')", "not number with text"),
        ("rank", "this one yields a number"),
        ("'TRUE'", "this one yields a text"),
        ("geometry", "this one yields a geometry"),
        ("NOT rank", "NOT takes operands that are truth"),
        ("rank = 1 OR 2", "OR takes operands that are truth, not number"),
        ("name + 1 = 2", "takes operands that are number, not text"),
        ("CASEI(rank) = 'a'", "CASEI takes operands that are text"),
        ("CASEI(name, name) = 'a'", "CASEI takes 1 operands, not 2"),
        ("S_INTERSECTS(geometry, rank)", "not number"),
        ("S_INTERSECTS(geometry)", "takes 2 operands, not 1"),
        ("T_DURING(since, INTERVAL('2020-01-01', '..'))", "takes operands that are interval, not date"),
        ("T_AFTER(rank, DATE('2020-01-01'))", "not number"),
        ("since = 'soon'", "'soon' is no date or time"),
        ("since = DATE('2021-02-29')", "is no date or time"),
        ("since = DATE('2021-02-01T00:00:00Z')", "is no date or time"),
        ("since > TIMESTAMP('2021-02-01T00:00:00+08:00')", "is no date or time"),
        ("since > DATE(1)", "a text in single quotes was expected"),
        ("T_AFTER(since, INTERVAL('2022-01-01', '2021-01-01'))", "ends before it begins"),
        ("T_AFTER(since, INTERVAL(rank, '..'))", "INTERVAL takes dates"),
        ("T_AFTER(since, INTERVAL('..'))", "is no expression"),
        ("rank = 1e999", "not finite"),
    ],
)
def test_what_is_no_filter_is_refused(text: str, words: str) -> None:
    """A problem with its code, its place and what is wrong, in two languages."""
    with pytest.raises(InvalidFilter) as refused:
        keys(text)
    error = refused.value
    assert words in error.detail
    assert (error.status, error.code, error.place) == (400, "invalid-filter", "query parameter filter")
    assert error.action
    assert any("\u4e00" <= character <= "\u9fff" for character in error.detail_zh)


def lying(place: str) -> str:
    """The JSON of a filter on what meets a place."""
    return f'{{"op": "s_intersects", "args": [{{"property": "geometry"}}, {place}]}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rank = 1",
        '{"op": "="',
        "null",
        "5",
        "[]",
        '{"op": "=", "args": [{"property": "rank"}, NaN]}',
        '{"op": "=", "args": [{"property": "rank"}, null]}',
        '{"op": "=", "args": 5}',
        '{"op": 5, "args": []}',
        '{"op": "and", "args": [true]}',
        '{"op": "in", "args": [{"property": "rank"}, 1]}',
        '{"op": "in", "args": [[1], {"property": "rank"}]}',
        '{"op": "between", "args": [1, 2]}',
        '{"op": "=", "args": [{"property": "rank"}, {"date": 5}]}',
        '{"op": "=", "args": [{"property": ["rank"]}, 1]}',
        lying('{"type": "Polygon", "coordinates": [[1, 2]]}'),
        lying('{"type": "Point", "coordinates": [[1, 2]]}'),
        lying('{"type": "Point"}'),
        lying('{"type": "Circle", "coordinates": [1, 2]}'),
        lying('{"type": "Point", "coordinates": [true, 2]}'),
        lying('{"bbox": [1, 2, "3", 4]}'),
        lying('{"type": "GeometryCollection", "geometries": []}'),
        '{"interval": [1, 2]}',
        '{"op": "=", "args": ["\\ud800", "a"]}',
    ],
)
def test_json_that_is_no_filter_is_refused(text: str) -> None:
    """What is no JSON, and JSON that is no expression."""
    with pytest.raises(InvalidFilter):
        keys(text, "cql2-json")


def test_what_is_known_is_told() -> None:
    """Of an unknown property or function, the ones there are."""
    with pytest.raises(InvalidFilter) as refused:
        keys("secret = 1")
    assert "geometry, name, alias, rank" in str(refused.value.action)
    with pytest.raises(InvalidFilter) as refused:
        keys("buffer(geometry, 1) IS NULL")
    assert "CASEI, ACCENTI, S_CONTAINS" in str(refused.value.action)


def test_filters_that_mean_the_same_may_share_what_is_kept() -> None:
    """A filter is its canonical form: spacing, keywords and encoding do not matter, coordinates do."""
    of = {"queryables": QUERYABLES, "crs": CRS84}
    spaced, written = (
        parse_filter(text, "cql2-text", **of) for text in ("rank=1 and low", " rank  =  1 AND low")
    )
    tree = '{"args": [{"args": [{"property": "rank"}, 1], "op": "="}, {"property": "low"}], "op": "and"}'
    assert spaced == written == parse_filter(tree, "cql2-json", **of)
    assert len({spaced, written, parse_filter("rank=2 and low", "cql2-text", **of)}) == 2
    other = find_crs("http://www.opengis.net/def/crs/EPSG/0/4490", "test")
    assert parse_filter("low", "cql2-text", QUERYABLES, other) != parse_filter("low", "cql2-text", **of)
