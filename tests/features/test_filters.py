"""What filters in CQL2 select: comparisons, logic, patterns, arithmetic, times."""

import pytest

from tests.features.places import QUERYABLES, ROWS, keys, table_of

EVERYTHING = "abcdefgh"


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("rank = 1", "a"),
        ("rank <> 1", "bcdegh"),
        ("rank != 1", "bcdegh"),
        ("rank > 2", "cdh"),
        ("rank >= 2.5", "cdh"),
        ("2 > rank", "aeg"),
        ("rank = points", "cgh"),
        ("points = 3", "c"),
        ("points < 0", "b"),
        ("name = 'it''s'", "e"),
        (r"name = 'it\'s'", "e"),
        (r"name = 'line\nbreak'", "h"),
        (r"alias = 'back\\slash'", "h"),
        ("name = ''", "g"),
        ("name >= '亩'", "f"),
        ("name = alias", "eg"),
        ("low = true", "adg"),
        ("low", "adg"),
        ("NOT low", "beh"),
        ("low > FALSE", "adg"),
        ('"low" = (rank = 1)', "abeh"),
        ("TRUE", EVERYTHING),
        ("false", ""),
        ("1 = 1.0", EVERYTHING),
        ("'a' < 'B'", ""),
    ],
)
def test_comparisons(text: str, selected: str) -> None:
    """Of one value with another, on either side; what is unknown is not selected."""
    assert keys(text) == selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("name IS NULL", ""),
        ("alias is null", "f"),
        ("points IS NULL", "df"),
        ("points IS NOT NULL", "abcegh"),
        ("geometry IS NULL", "d"),
        ("geometry IS NOT NULL", "abcefgh"),
        ("(rank > 1) IS NULL", "f"),
        ("INTERVAL(since, until) IS NULL", "cdf"),
        ("INTERVAL(since, '..') IS NULL", "df"),
    ],
)
def test_gaps(text: str, selected: str) -> None:
    """A gap is null, and so is a number that is none."""
    assert keys(text) == selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("low OR points IS NULL", "adfg"),
        ("low AND points > 1", "a"),
        ("NOT (low AND points > 1)", "begh"),
        ("low OR points > 2", "acdeg h".replace(" ", "")),
        ("rank = 1 OR rank = 2 AND low", "a"),
        ("(rank = 1 OR rank = 2) AND low", "a"),
        ("NOT low AND rank = 2", "b"),
        ("NOT NOT low", "adg"),
        ("low = low", "abdegh"),
    ],
)
def test_logic_has_three_values(text: str, selected: str) -> None:
    """True, false, unknown: not unknown is unknown; NOT binds before AND before OR."""
    assert keys(text) == selected


def test_integers_are_compared_exactly() -> None:
    """Beyond 2⁵³, where a double no longer tells neighbours apart, and beyond 64 bits."""
    assert keys(f"rank = {2**53 + 1}") == "d"
    assert keys(f"rank = {2**53}") == ""
    assert keys(f"rank IN ({2**53}, {2**53 + 2}, 1.5, 2.0)") == "b"
    assert keys(f"rank BETWEEN {2**53 + 1} AND {2**53 + 1}") == "d"
    assert "d" not in keys(f"rank BETWEEN 0.5 AND {2**53}")
    assert keys("rank < 99999999999999999999999999") == "abcdegh"
    assert keys("rank > -1e300") == "abcdegh"


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("rank BETWEEN 1 AND 2", "ab"),
        ("rank NOT BETWEEN 1 AND 2", "cdegh"),
        ("rank between 2 and 1", ""),
        ("points BETWEEN rank AND 5", "acg"),
        ("since BETWEEN DATE('2020-01-01') AND '2021-01-01'", "abh"),
        ("rank IN (1, 2, 2.5)", "ab"),
        ("rank NOT IN (1, 2)", "cdegh"),
        ("points IN (3, 1.5)", "ac"),
        ("points IN (rank, 1.5)", "acgh"),
        ("name IN ('it''s', '亩均')", "ef"),
        ("low IN (true)", "adg"),
        ("since IN ('2022-04-16', DATE('1999-12-31'))", "ceg"),
        ("1 IN (rank, points)", "a"),
    ],
)
def test_ranges_and_lists(text: str, selected: str) -> None:
    """BETWEEN takes both ends in; a list may hold properties."""
    assert keys(text) == selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("name LIKE '%'", EVERYTHING),
        ("name LIKE '%%'", EVERYTHING),
        ("alias LIKE '%'", "abcdegh"),
        ("name LIKE ''", "g"),
        ("name LIKE '_%'", "abcdefh"),
        ("name LIKE '__'", "f"),
        ("name LIKE 'K_benhavn'", "c"),
        ("name NOT LIKE 'K%'", "abdefgh"),
        (r"name LIKE '%\%%'", "b"),
        (r"name LIKE '%\_%'", "b"),
        (r"name LIKE '50\%\_off'", "b"),
        (r"name LIKE '50\\%\\_off'", "b"),
        (r"alias LIKE 'back\\\\slash'", "h"),
        (r"alias LIKE '%\\'", ""),
        ("name LIKE 'line%break'", "h"),
        ("name LIKE 'line_break'", "h"),
        ("name LIKE 'line'", ""),
        ("name LIKE '.*'", ""),
        ("name LIKE '(a+)+$'", ""),
        ("name LIKE 'it''s'", "e"),
        ("name LIKE '%''%'", "e"),
        ("'København' LIKE 'K_benhavn'", EVERYTHING),
    ],
)
def test_patterns(text: str, selected: str) -> None:
    """Two wildcards and an escape; all else, quotes and regular expressions too, is what it looks like."""
    assert keys(text) == selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("CASEI(name) = CASEI('STRASSE')", "a"),
        ("CASEI(name) = CASEI('straße')", "a"),
        ("CASEI(name) = CASEI(alias)", "aeg"),
        ("casei(name) LIKE casei('KØB%')", "c"),
        ("CASEI(name) IN (CASEI('KØBENHAVN'), casei('IT''S'))", "ce"),
        ("ACCENTI(name) = ACCENTI('papä')", "d"),
        ("ACCENTI(name) = alias", "deg"),
        ("ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('PÀP%'))", "d"),
        ("CASEI(alias) <> CASEI('X')", "acdegh"),
    ],
)
def test_case_and_accents(text: str, selected: str) -> None:
    """Folded as Unicode has it, in comparisons, lists and patterns; null stays unknown."""
    assert keys(text) == selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("rank + 1 = 2", "a"),
        ("rank = 10 - 2 * 2 ^ 2 - 1", "a"),
        ("rank * 2 = 6 / 1", "c"),
        ("-rank = 1", "e"),
        ("rank - -1 = 2", "a"),
        ("rank % 2 = 1", "ach"),
        ("-7 % 3 = -1 AND -7 DIV 3 = -2 AND 7 div -3 = -2", EVERYTHING),
        ("2 ^ 3 ^ 0 = 2 AND -2 ^ 2 = 4 AND .5 + 5. = 5.5 AND 1e1 = +10", EVERYTHING),
        ("rank / 0 = 1 OR rank = 1", "a"),
        ("(rank / 0 = 1) IS NULL", EVERYTHING),
        ("1 / (rank / 0) = 0", ""),
        ("points * 10 ^ 300 > 1", "ac h".replace(" ", "")),
        ("points + 0 IS NULL", "df"),
    ],
)
def test_arithmetic(text: str, selected: str) -> None:
    """In double precision; what has no finite result is unknown."""
    assert keys(text) == selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("since = DATE('2022-04-16')", "ce"),
        ("since < '2020-01-02'", "ag"),
        ("since >= TIMESTAMP('2022-04-16T10:13:19Z')", "ce"),
        ("T_AFTER(since, DATE('2021-01-01'))", "ce"),
        ("T_BEFORE(since, DATE('2020-01-01'))", "g"),
        ("T_DISJOINT(since, DATE('2022-04-16'))", "abgh"),
        ("T_EQUALS(since, INTERVAL('2022-04-16', '2022-04-16'))", "ce"),
        ("T_INTERSECTS(since, INTERVAL('2020-01-01', '2020-12-31'))", "ah"),
        ("T_INTERSECTS(since, INTERVAL('2022-04-16T10:00:00Z', '..'))", "ce"),
        ("T_INTERSECTS(INTERVAL(since, until), INTERVAL('..', '2020-01-01'))", "ag"),
        ("T_CONTAINS(INTERVAL(since, until), INTERVAL('2020-02-29', '2020-03-01'))", "ag"),
        ("T_DURING(INTERVAL(since, until), INTERVAL('2019-01-01', '2022-01-01'))", "abh"),
        ("T_FINISHES(INTERVAL(since, until), INTERVAL('2000-01-01', '2020-12-31'))", "a"),
        ("T_FINISHEDBY(INTERVAL(since, until), INTERVAL('2020-02-01', '2020-12-31'))", "a"),
        ("T_MEETS(INTERVAL(since, until), INTERVAL('2020-12-31', '..'))", "a"),
        ("T_METBY(INTERVAL(since, until), INTERVAL('..', '2021-01-01'))", "b"),
        ("T_OVERLAPS(INTERVAL(since, until), INTERVAL('2020-06-01', '2021-06-01'))", "a"),
        ("T_OVERLAPPEDBY(INTERVAL(since, until), INTERVAL('2020-06-01', '2021-06-01'))", "b"),
        ("T_STARTS(INTERVAL(since, until), INTERVAL('2020-01-01', '..'))", "a"),
        ("T_STARTEDBY(INTERVAL(since, until), INTERVAL('2020-01-01', '2020-01-02'))", "a"),
        ("T_AFTER(TIMESTAMP('2020-01-01T00:00:00.5Z'), TIMESTAMP('2020-01-01T00:00:00Z'))", EVERYTHING),
        ("T_EQUALS(INTERVAL('..', '..'), INTERVAL('..', '..'))", EVERYTHING),
    ],
)
def test_times(text: str, selected: str) -> None:
    """Intervals include both ends; beside a date a timestamp counts as its day."""
    assert keys(text) == selected


@pytest.mark.parametrize("name", QUERYABLES)
@pytest.mark.parametrize(("operator", "opposite"), [("=", "<>"), (">", "<="), ("<", ">=")])
def test_an_operator_and_its_opposite_part_the_known(name: str, operator: str, opposite: str) -> None:
    """No feature is in both, and every one with a value is in one."""
    values = {
        "string": "'foo'",
        "integer": "1",
        "number": "3.14",
        "boolean": "true",
        "date": "DATE('2020-02-29')",
    }
    value = values[QUERYABLES[name].type]
    one, other = keys(f"{name} {operator} {value}"), keys(f"{name} {opposite} {value}")
    assert sorted(one + other) == list(keys(f"{name} IS NOT NULL"))
    assert sorted(keys(f"{value} {operator} {name}") + keys(f"{value} {opposite} {name}")) == sorted(
        one + other
    )


def test_tables_of_no_row_and_of_one() -> None:
    """Whether a condition depends on the row or not."""
    for text, of_one in [
        ("rank = 1", "a"),
        ("true", "a"),
        ("false", ""),
        ("S_INTERSECTS(geometry, BBOX(0,0,1,1))", "a"),
    ]:
        assert keys(text, table=table_of(ROWS[:0])) == ""
        assert keys(text, table=table_of(ROWS[:1])) == of_one
