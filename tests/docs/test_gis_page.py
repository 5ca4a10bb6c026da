"""The page about the GIS face tells of every collection."""

import re
from pathlib import Path

from service.ogc.collections import COLLECTIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gis.md"


def test_the_table_lists_the_collections_in_their_order() -> None:
    """Each once, by its id, as `/collections` lists them; each row says what it holds and what its id is."""
    rows = re.findall(r"^\| `([a-z-]+)` [^|]+\|([^|]+)\|([^|]+)\|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert [name for name, _, _ in rows] == [each.id for each in COLLECTIONS]
    assert all(holds.strip() and key.strip() for _, holds, key in rows)
