"""Documents as pages: everything told, nothing taken for markup, numbers and languages as people read."""

import re
from typing import Any

import pytest

from service.pages import STYLE_VERSION, Frame, Other, render
from service.pages.outlines import described, picture
from service.pages.values import name_of, number, spoken

BASE = "https://park.example/mujun"
HOSTILE = "<script>alert(1)</script>\"><img src=x onerror='alert(2)'>&amp;"
SQUARE = {"type": "MultiPolygon", "coordinates": [[[[120, 30], [120.001, 30], [120.001, 30.001], [120, 30]]]]}


def feature(**properties: Any) -> dict[str, Any]:
    """A feature as items carry it."""
    return {"type": "Feature", "id": "P 1/2", "geometry": SQUARE, "properties": properties}


def listing(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A page of features."""
    links = [
        {"href": f"{BASE}/collections/parcels", "rel": "collection", "type": "x", "title": "Parcels 宗地"}
    ]
    return {
        "numberReturned": len(features),
        "numberMatched": 12345,
        "links": links,
        "features": features,
        **more,
    }


def items(*features: dict[str, Any], titles: dict[str, str] | None = None, **more: Any) -> str:
    """The page of a page of features."""
    return render(Frame(BASE, "/collections/parcels/items"), listing(*features, **more), "items", titles)


@pytest.mark.parametrize("template", ["document", "collection", "collections", "items", "item"])
def test_hostile_text_stays_text(template: Any) -> None:
    """Whatever a hand-over says in a name, title, id or key: no element and no attribute comes of it."""
    bad = feature(name=HOSTILE, grade=HOSTILE, far=HOSTILE) | {"id": HOSTILE}
    collection = {"id": HOSTILE, "title": HOSTILE, "description": HOSTILE, HOSTILE: [HOSTILE, {"a": HOSTILE}]}
    link = {"href": f"{BASE}/{HOSTILE}", "rel": HOSTILE, "type": HOSTILE, "title": HOSTILE}
    document = {
        **collection,
        **listing(bad),
        **bad,
        "links": [link],
        "collections": [collection | {"links": []}],
    }
    frame = Frame(BASE, f"/collections/{HOSTILE}/items", (Other(f"{BASE}/{HOSTILE}", HOSTILE, HOSTILE),))
    page = render(frame, document, template, {"name": HOSTILE})
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    # what would end an attribute early is written as a reference
    for attribute in re.findall(r'(?:href|title|content|type|data-grade)="([^"]*)"', page):
        assert "<" not in attribute


def test_a_page_needs_no_script_and_no_style_of_its_own() -> None:
    """The strict policy of the service holds: one stylesheet by its address, and nothing inline."""
    page = items(feature(name="a", grade="A"))
    assert f'<link rel="stylesheet" href="{BASE}/pages/{STYLE_VERSION}.css">' in page
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_an_address_is_followed_only_when_it_is_one_of_the_web() -> None:
    """http and https become links; a script in the place of an address stays text."""
    page = items(
        feature(a="https://example.org/x?y=1&z=2", b="javascript:alert(1)", c='https://e.org/" onx=')
    )
    assert '<a href="https://example.org/x?y=1&amp;z=2">' in page
    assert 'href="javascript' not in page
    assert 'href="https://e.org/' not in page


def test_a_table_has_titles_in_both_languages_and_every_gap_is_a_dash() -> None:
    """Columns in the order of the titles, Chinese marked; numbers grouped, null a dash, truth in words."""
    titles = {"code": "Parcel code 宗地代码", "area": "Area, m² 面积", "low": "Low-efficiency 低效"}
    page = items(feature(low=False, area=1234567.25, code=None), titles=titles)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    assert heads[1:] == [
        'Parcel code <span lang="zh">宗地代码</span>',
        'Area, m² <span lang="zh">面积</span>',
        'Low-efficiency <span lang="zh">低效</span>',
    ]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page)
    assert cells == ['<span class="none">–</span>', "1,234,567.25", 'No <span lang="zh">否</span>']
    assert "12,345" in page
    assert f'href="{BASE}/collections/parcels/items/P%201/2"' not in page
    assert f'href="{BASE}/collections/parcels/items/P%201%2F2"' in page


def test_pages_lead_on_and_back_to_the_first() -> None:
    """The link next for people and in the head; on a later page the way back."""
    following = {
        "href": f"{BASE}/collections/parcels/items?token=x",
        "rel": "next",
        "type": "x",
        "title": "y",
    }
    more = {"links": [*listing()["links"], following]}
    page = items(feature(name="a"), **more)
    assert page.count(f'href="{following["href"]}"') == 3
    assert 'rel="first"' not in page
    frame = Frame(BASE, "/collections/parcels/items", first=f"{BASE}/collections/parcels/items")
    assert 'rel="first"' in render(frame, listing(feature(name="a")), "items")
    assert "没有符合条件的要素" in render(frame, listing(), "items")


def test_any_document_is_told_in_full() -> None:
    """Objects, tables, lists and bare values of a document of any shape stand on its page."""
    document = {
        "title": "Things",
        "conformsTo": ["http://www.opengis.net/spec/a", "http://www.opengis.net/spec/b"],
        "matrices": [
            {"id": "0", "scale": 559082264.028717},
            {"id": "1", "extra": {"deep": ["x", {"y": 0.5}]}},
        ],
        "extent": {"spatial": {"bbox": [[120.1, 30, 121, 31]]}},
        "fields": {"far": {"title": "Ratio", "type": "number"}, "town": {"title": "Town", "deep": None}},
        "nothing": None,
        "empty": [],
        "links": [
            {"href": "https://a/{z}", "rel": "item", "type": "t", "title": "T", "templated": True},
            {"href": "https://a/bare", "rel": "self"},
        ],
    }
    page = render(
        Frame(BASE, "/things", (Other(f"{BASE}/things?f=json", "application/json", "JSON"),)), document
    )
    for told in (
        "spec/a",
        "spec/b",
        "559,082,264.028717",
        "0.5",
        "120.1",
        "121",
        "https://a/bare",
        "nothing",
    ):
        assert told in page, told
    assert 'href="https://a/{z}"' not in page
    assert '<th scope="row"><code>town</code></th>' in page
    assert f'<link rel="alternate" type="application/json" href="{BASE}/things?f=json"' in page
    assert '<html lang="en">' in page


def test_numbers_are_grouped_and_lose_only_needless_digits() -> None:
    """Thousands separators, six decimals at most, and what is smaller is told in full."""
    shown = [number(value) for value in (0, 1234567, -0.25, 2.0, 1e-7, 1234.5678901, 2**62)]
    assert shown == ["0", "1,234,567", "-0.25", "2", "1e-07", "1,234.56789", f"{2**62:,}"]


def test_chinese_is_marked_as_chinese_with_the_short_words_in_it() -> None:
    """A screen reader changes its voice; figures and codes inside a Chinese sentence stay in it."""
    assert spoken("Taken as 按 CRS84 提供。 Then English words") == (
        'Taken as <span lang="zh">按 CRS84 提供。</span> Then English words'
    )
    assert spoken("plain <b>") == "plain &lt;b&gt;"


def test_a_feature_is_called_by_its_name_else_its_code_else_its_id() -> None:
    """Blank names are no names."""
    assert name_of(feature(name="东厂", code="P1")) == "东厂"
    assert name_of(feature(name="", code="P1")) == "P1"
    assert name_of({"id": 7, "properties": None}) == "7"


def test_outlines_of_every_kind_of_geometry_are_drawn_undistorted() -> None:
    """A square on the ground is one on the picture; points, lines, collections and gaps are no trouble."""
    side = 0.001
    across = side / 0.8660254  # at 30° north a degree of longitude is cos 30° as long
    ring = [[120, 30], [120 + across, 30], [120 + across, 30 + side], [120, 30 + side], [120, 30]]
    drawn = picture([{"type": "Polygon", "coordinates": [ring]}, None])
    assert drawn is not None
    assert drawn.paths[1] == ""
    corners = [tuple(map(float, pair.split())) for pair in drawn.paths[0].strip("MZ").split("L")]
    (left, right), (top, bottom) = ((min(edge), max(edge)) for edge in zip(*corners, strict=True))
    assert abs((right - left) - (bottom - top)) < 0.5
    assert 0 <= left < right <= drawn.width
    assert 0 <= top < bottom <= drawn.height
    others = [
        {"type": "Point", "coordinates": [120, 30, 5]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "MultiPoint", "coordinates": [[0, 0], [180, -90]]},
        {"type": "GeometryCollection", "geometries": [SQUARE, {"type": "Point", "coordinates": [1, 2]}]},
        {"type": "MultiPolygon", "coordinates": []},
    ]
    found = picture(others)
    assert found is not None
    assert [bool(path) for path in found.paths] == [True, True, True, True, False]
    assert picture([None, others[-1]]) is None
    assert described(SQUARE) == {
        "type": "MultiPolygon",
        "parts": 1,
        "positions": 4,
        "bbox": [120.0, 30.0, 120.001, 30.001],
    }
    assert described(None) is None
