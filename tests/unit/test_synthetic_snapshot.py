"""The synthetic snapshot of the benchmarks is one that a store could have frozen."""

import pytest
from stdnum.cn import uscc

from service.domain.tables import KEYS, SNAPSHOT
from service.store.numbering import numbered
from tests.benchmarks.snapshot import make_tables, write_snapshot

_GIVEN_BY_NUMBERING = ("parcel", "enterprise", "here", "several")


@pytest.fixture(scope="module")
def tables():
    """The tables of a small park."""
    return make_tables(3000)


@pytest.mark.parametrize("name", SNAPSHOT)
def test_it_has_the_declared_columns_in_canonical_order(tables, name):
    """Columns are those that the evaluation reads, with metrics behind them; rows are sorted by key."""
    table = tables[name]
    assert table.columns[: len(SNAPSHOT[name])] == list(SNAPSHOT[name])
    assert table.equals(table.sort(KEYS[name], nulls_last=True))


def test_its_numbers_are_those_that_freezing_gives(tables):
    """Row numbers stand for codes just as the store numbers them."""
    codes = {name: table.drop(_GIVEN_BY_NUMBERING, strict=False) for name, table in tables.items()}
    del codes["places"], codes["firms"]
    for name, table in numbered(codes).items():
        assert table.select(tables[name].columns).equals(tables[name]), name


def test_its_firms_have_valid_codes(tables):
    """Check digits follow GB 32100-2015."""
    assert all(uscc.is_valid(code) for code in tables["enterprises"]["uscc"])


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    """A benchmark can be repeated on the very same files."""
    first, second = (write_snapshot(tmp_path / name, 500) for name in "ab")
    assert all((second / path.name).read_bytes() == path.read_bytes() for path in first.iterdir())
