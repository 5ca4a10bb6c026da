"""Reading in bulk says what reading cell by cell says, or leaves the cell to it."""

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.domain.hand_overs import Feed, HandedRow
from service.errors import InputError
from service.feeds import chunks
from service.feeds.mappings.mapping import FeedMapping, parse_mapping
from service.feeds.reading import read_hand_over
from service.feeds.values import bulk_cells, cells
from service.feeds.values.cells import Held
from service.feeds.values.units import to_minor
from tests.feeds.handing import uscc, write_csv

DIGITS = st.text("0123456789.,+-eE ％%１０", max_size=20)
NUMBERS = st.one_of(
    DIGITS,
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(-(10**12), 10**12, allow_nan=False, places=4).map(str),
    st.text(max_size=4),
)
FACTORS = st.one_of(
    st.sampled_from(
        [Fraction(1), Fraction(100), Fraction(1_000_000), Fraction(20_000, 3), Fraction(1229, 10_000)]
    ),
    st.fractions(Fraction(1, 10**6), 10**12, max_denominator=10**9),
)
CODES = st.one_of(
    st.integers(0, 99).map(uscc),
    st.integers(0, 99).map(lambda number: uscc(number).lower()),
    st.tuples(st.integers(0, 99).map(uscc), st.integers(0, 17), st.sampled_from("0OIZSVABCXY９ -五")).map(
        lambda given: given[0][: given[1]] + given[2] + given[0][given[1] + 1 :]
    ),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18),
    st.text(max_size=19),
)


@given(st.lists(NUMBERS, min_size=1), FACTORS, st.booleans(), st.sampled_from([None, 1_000_000]))
@example(["90071992547409.92", "0.005", "-0", "+7.", "999999999999999.999999"], Fraction(100), True, None)
def test_quantities_in_bulk_are_those_of_single_cells(
    texts: list[str], factor: Fraction, signed: bool, at_most: int | None
) -> None:
    """Wherever the bulk reader answers, the single cell has exactly this amount, in range and sign."""
    values, answered = bulk_cells.quantities(bulk_cells.texts(texts), factor, signed=signed, at_most=at_most)
    for text, value, known in zip(texts, values.tolist(), answered.tolist(), strict=True):
        if known:
            amount = cells.number(text)
            assert value == to_minor(factor)(amount)
            assert signed or amount >= 0
            assert at_most is None or value <= at_most


def test_plain_decimals_are_read_in_bulk() -> None:
    """Else nothing would be gained."""
    texts = ["0", "12", "1234.56", "+5", "0.000001", "999999999999"]
    values, answered = bulk_cells.quantities(
        bulk_cells.texts(texts), Fraction(100), signed=False, at_most=None
    )
    assert answered.all()
    assert values.tolist() == [0, 1200, 123456, 500, 0, 99999999999900]


@given(st.lists(CODES, min_size=1))
def test_a_uscc_in_bulk_is_one_by_itself(texts: list[str]) -> None:
    """What the bulk reader takes is a USCC as it stands; what it leaves is odd or wrong."""
    for text, taken in zip(texts, bulk_cells.usccs(bulk_cells.texts(texts)).tolist(), strict=True):
        try:
            right = cells.uscc(text) == text
        except Held:
            right = False
        assert taken == right


MAPPINGS = [
    """
feed: figures
columns: {uscc: a, period: b}
metrics: {tax: {column: c, unit: yuan}, rd: {column: d, unit: 万元}}
""",
    """
feed: figures
empty: ["0"]
columns: {parcel_code: a, part_of: b, period: {constant: 2023}}
metrics: {energy_equal_supply: {column: c, unit: kWh}, tax: {combine: max, of: [c, d], unit: 万元}}
""",
    "feed: enterprises\ncolumns: {uscc: a, name: b, above_scale: c, registered_on: d}",
    """
feed: occupancies
columns: {parcel_code: b, uscc: a, role: {constant: own}, floor_area_m2: c, valid_from: d, valid_to: c}
""",
    "feed: contracts\ncolumns: {parcel_code: a, signed_on: b, complete_by: c, far: d}",
    "feed: meters\ncolumns: {kind: b, meter: a, uscc: c, share: d}",
    "feed: ratings\ncolumns: {uscc: a, period: b, grade: d, points: c, rank: c}",
]
ANY = st.one_of(
    st.integers(1, 4).map(uscc),
    st.integers(0, 20).map(str),
    st.decimals(0, 2000, places=2).map(str),
    st.dates().map(str),
    st.sampled_from(
        ["2023", "2023年", "电", "own", "是", "否", "小计", "注：无", "/", "1,234", "", "a", "-5"]
    ),
    st.text(max_size=4),
)


@pytest.mark.parametrize("text", MAPPINGS)
@given(st.lists(st.lists(ANY, min_size=3, max_size=5), max_size=8), st.booleans())
@settings(deadline=None, max_examples=150)
def test_whole_tables_read_in_bulk_are_as_read_row_by_row(
    text: str, rows: list[list[str]], tidy: bool
) -> None:
    """With reading in bulk switched off every row has the same verdict, reason, sentence and facts."""
    mapping = parse_mapping(text)
    if tidy:  # rows that mostly go through in bulk
        rows = [[uscc(number), "2023", *row[:2]] for number, row in enumerate(rows)]
    with TemporaryDirectory() as folder:
        path = write_csv(Path(folder, "t.csv"), [["a", "b", "c", "d"], *rows])
        quick = _read(path, mapping)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(chunks, "_usual", lambda _table, _converter, given: chunks.nothing_usual(given))
            assert quick == _read(path, mapping)


def _read(path: Path, mapping: FeedMapping) -> list[HandedRow] | None:
    try:
        return read_hand_over(path, Feed(mapping.feed), mapping).rows
    except InputError:
        return None
