"""Styles over HTTP: found by links, negotiated, kept by caches, and nothing in them that is masked."""

from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

import pytest
from fastapi.testclient import TestClient

from service.access import policy
from service.ogc.collections import COLLECTIONS
from service.reference.styles import style_table
from service.store.database import Database
from tests.serving import key_for, keyed_client

pytestmark = pytest.mark.one_store

NAMES = [collection.id for collection in COLLECTIONS]
MAPBOX, SLD, QML = (
    "application/vnd.mapbox.style+json",
    "application/vnd.ogc.sld+xml;version=1.0",
    "application/vnd.qgis.qml",
)
FORMATS = {"mapbox": MAPBOX, "sld": SLD, "qml": QML}
STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"


def path_of(address: str) -> str:
    """An address as the test client takes it."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def linked(document: dict[str, object], rel: str) -> list[dict[str, str]]:
    """The links of a relation."""
    return [each for each in document["links"] if each["rel"] == rel]  # type: ignore[attr-defined, index]


@pytest.mark.parametrize("path", ["/", *(f"/collections/{name}" for name in NAMES)])
def test_styles_are_found_by_links(client: TestClient, path: str) -> None:
    """From the landing page all, from a collection its own; every stylesheet link gives what it promises."""
    (link,) = linked(client.get(path, params={"f": "json"}).json(), STYLES)
    document = client.get(path_of(link["href"])).json()
    assert [each["id"] for each in document["styles"]] == (NAMES if path == "/" else [path.split("/")[2]])
    for style in document["styles"]:
        sheets = linked(style, "stylesheet")
        assert [each["type"] for each in sheets] == list(FORMATS.values())
        for each in sheets:
            answered = client.get(path_of(each["href"]))
            assert answered.status_code == 200
            assert answered.headers["content-type"] == each["type"]


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", MAPBOX),
        ("application/json", MAPBOX),
        (MAPBOX, MAPBOX),
        ("application/vnd.ogc.sld+xml", SLD),
        ("application/xml", SLD),
        ("text/xml;q=0.5, application/json;q=0.2", SLD),
        (QML, QML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
def test_the_format_is_what_the_client_likes_best(client: TestClient, accept: str, given: str) -> None:
    """By the Accept header; a browser sees the legend."""
    answered = client.get("/styles/scores", headers={"Accept": accept})
    assert (answered.status_code, answered.headers["content-type"]) == (200, given)
    assert "Accept" in answered.headers["vary"]


def test_what_is_not_there_is_told(client: TestClient) -> None:
    """404 for another style, 406 for another type, 400 for another f and for what chooses no data."""
    assert client.get("/styles/roads").status_code == 404
    assert client.get("/styles/roads").json()["action"]
    assert client.get("/styles/scores", headers={"Accept": "image/png"}).status_code == 406
    for query in ("f=pdf", "period=2023", "evaluation=x", "datetime=soon", "color=red"):
        refused = client.get(f"/styles/scores?{query}")
        assert refused.status_code == 400, query
        assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/styles/coverage?period=1").status_code == 400
    assert client.get("/styles/parcels?evaluation=1").status_code == 400


@pytest.mark.parametrize("f", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_a_style_is_sent_once(client: TestClient, name: str, f: str) -> None:
    """Asked again with its tag it is 304; HEAD has the same headers; formats have tags of their own."""
    path = f"/styles/{name}?f={f}"
    first = client.get(path)
    assert first.status_code == 200
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]
    others = {client.get(f"/styles/{name}?f={each}").headers["etag"] for each in FORMATS}
    assert len(others) == 3


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("scores", "?evaluation=3"),
        ("scores", "?datetime=2022-01-01/2023-12-31"),
        ("blocks", "?evaluation=1"),
        ("coverage", "?period=2022"),
        ("parcels", ""),
    ],
)
def test_what_chooses_the_data_is_passed_on_to_the_tiles(client: TestClient, name: str, query: str) -> None:
    """The source of the style is the TileJSON of the same evaluation or period, and that has its layer."""
    style = client.get(f"/styles/{name}{query}").json()
    address = style["sources"][name]["url"]
    tilejson = client.get(path_of(address)).json()
    assert tilejson["vector_layers"][0]["id"] == name
    plain = client.get(f"/collections/{name}/tiles/WebMercatorQuad/tilejson{query}").json()
    assert tilejson == plain
    fields = tilejson["vector_layers"][0]["fields"]
    assert all(style_property in fields for style_property in _read(style))


def _read(node: object) -> set[str]:
    """The properties that the layers of features read."""
    if isinstance(node, dict):
        return set().union(*map(_read, node.values()), set())
    if isinstance(node, list):
        if len(node) == 2 and node[0] in ("get", "has"):
            return {node[1]}
        return set().union(*map(_read, node), set())
    return set()


def test_nothing_is_asked_of_another_host(client: TestClient) -> None:
    """A style has no sprite and no glyphs; its one address is the service's own."""
    for name in NAMES:
        style = client.get(f"/styles/{name}").json()
        assert style.keys().isdisjoint({"sprite", "glyphs"})
        assert style["sources"][name]["url"].startswith("http://127.0.0.1:8000/collections/")


def test_the_legend_is_a_page(client: TestClient) -> None:
    """Every class with its colour, in both languages, and where the documents are."""
    page = client.get("/styles/coverage?f=html").text
    for each in style_table().styles["coverage"].classes:
        assert each.title.en in page
        assert each.title.zh in page
        assert f'fill="{each.fill}"' in page
    assert "f=qml" in page
    assert "f=sld" in page


def test_a_masked_property_gives_no_rule_and_no_label(
    park: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may not see the grade gets one symbol; the analyst has the classes, under another tag."""
    masked = {**policy.PROPERTIES["scores"], "grade": "analyst"}
    monkeypatch.setattr(policy, "PROPERTIES", {**policy.PROPERTIES, "scores": masked})
    with keyed_client(park, "read") as client:
        analyst = key_for(park, "analyst")
        for f in (*FORMATS, "html"):
            seen, whole = (client.get(f"/styles/scores?f={f}", headers=each) for each in ({}, analyst))
            assert "Grade D" in whole.text
            assert "Grade" not in seen.text
            assert ">grade<" not in seen.text
            if f != "html":
                assert "grade" not in seen.text
                assert whole.headers["etag"] != seen.headers["etag"]
                known = {"If-None-Match": whole.headers["etag"]}
                assert client.get(f"/styles/scores?f={f}", headers=known).status_code == 200
        listed = client.get("/styles").text
        assert "Grades" not in listed


def test_styles_need_a_key_where_data_do(park: Database) -> None:
    """Without one 401; with one the addresses in the style are those that the client sees."""
    with keyed_client(park) as client:
        for path in ("/styles", "/styles/scores", "/collections/scores/styles"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers=key_for(park, "read")).status_code == 200
        style = client.get("/styles/scores", headers=key_for(park, "read")).json()
        assert style["sources"]["scores"]["url"].startswith("https://park.example/")


@pytest.mark.parametrize("name", NAMES)
def test_the_documents_are_well_formed_and_name_their_collection(client: TestClient, name: str) -> None:
    """Another reader's parser takes them; in SLD the layer is called as the collection."""
    sld = Xml.fromstring(client.get(f"/styles/{name}?f=sld").content)
    assert sld.findtext("sld:NamedLayer/sld:Name", None, {"sld": "http://www.opengis.net/sld"}) == name
    qml = Xml.fromstring(client.get(f"/styles/{name}?f=qml").content)
    assert (qml.tag, qml.find("renderer-v2") is not None) == ("qgis", True)
