"""Map styles: MapLibre, SLD and QML draw every value alike, and their colours are in one table."""

import itertools
import re
import sqlite3
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import service
from service.access.policy import PROPERTIES
from service.domain.coverage import State
from service.domain.quality import SEVERITIES
from service.domain.styles import MapStyle, StyleTable
from service.features.styles import Drawing, drawing, maplibre_style, qml_style, sld_style
from service.ogc.collections import COLLECTIONS
from service.reference.schemes import scheme_names, shipped_scheme
from service.reference.styles import colours_as_css, style_table

TABLE = style_table()
NAMES = sorted(TABLE.styles)
INK, PAPER = TABLE.colours["ink"], TABLE.colours["paper"]
SLD = {"sld": "http://www.opengis.net/sld", "ogc": "http://www.opengis.net/ogc"}
Drawn = tuple[str, str, str]
"""Title, fill, outline."""


def whole(name: str, style: MapStyle | None = None) -> Drawing:
    """A style as somebody sees it from whom nothing is hidden."""
    style = style or TABLE.styles[name]
    label = {style.label.property} if style.label else set()
    return drawing(name, style, {style.property, *label} - {None})


def samples(style: MapStyle) -> list[Any]:
    """Values in every class, on every bound, beside it, and none."""
    bounds = {each.below for each in style.classes if each.below is not None}
    values = [each.value for each in style.classes if each.value is not None]
    numbers = [number for bound in bounds for number in (bound - 1, bound - 1e-6, bound, bound + 1)]
    return [None, *numbers, *([] if bounds else [*values, "something else", ""])]


def wanted(style: MapStyle, value: Any) -> Drawn:
    """What the table itself says of a value."""

    def holds(each: Any) -> bool:
        if each.missing:
            return value is None
        if each.ranged:
            return value is not None and (each.lower or -1e9) <= value < (each.below or 1e9)
        return each.value is not None and each.value == value

    found = [each for each in style.classes if holds(each)]
    found = found or [each for each in style.classes if each.otherwise] or [style.single]  # type: ignore[list-item]
    (one,) = found
    outline = one.outline or style.outline
    return f"{one.title.en} {one.title.zh}", outline if style.lines else one.fill, outline


def by_maplibre(drawn: Drawing, value: Any) -> list[Drawn]:
    """What MapLibre draws, by the meaning of the few expressions that stand in the filters."""
    properties = {} if value is None else {drawn.property: value}

    def true(expression: Any) -> Any:
        if not isinstance(expression, list):
            return expression
        operator, *given = expression
        if operator == "get":
            return properties.get(given[0])
        if operator == "has":
            return given[0] in properties
        if operator == "all":
            return all(map(true, given))
        if operator == "!":
            return not true(given[0])
        left, right = map(true, given)
        return {
            "==": lambda: left == right,
            "!=": lambda: left != right,
            ">=": lambda: left >= right,
            "<": lambda: left < right,
        }[operator]()

    layers = [
        layer
        for layer in maplibre_style(drawn, "tiles.json", INK, PAPER)["layers"]
        if layer["type"] != "symbol" and true(layer.get("filter", True))
    ]
    lines = [layer for layer in layers if layer["type"] == "line"]
    if drawn.lines:
        assert {layer["type"] for layer in layers} == {"line"}
        return [(each["metadata"]["title"], *[each["paint"]["line-color"]] * 2) for each in lines]
    (line,) = [each["paint"]["line-color"] for each in lines]
    return [
        (layer["metadata"]["title"], layer["paint"]["fill-color"], line)
        for layer in layers
        if layer["type"] == "fill"
    ]


def by_sld(drawn: Drawing, value: Any) -> list[Drawn]:
    """What a reader of SLD draws; comparisons with no value are false, as in the standard's filters."""

    def true(node: Xml.Element) -> bool:
        kind = node.tag.rpartition("}")[2]
        if kind in ("And", "Or", "Not"):
            inner = list(map(true, node))
            return {"And": all, "Or": any, "Not": lambda found: not found[0]}[kind](inner)
        assert node.findtext("ogc:PropertyName", namespaces=SLD) == drawn.property
        if kind == "PropertyIsNull":
            return value is None
        if value is None:
            return False
        literal: Any = node.findtext("ogc:Literal", namespaces=SLD)
        if not isinstance(value, str):
            literal = float(literal)
        return {
            "PropertyIsEqualTo": value == literal,
            "PropertyIsNotEqualTo": value != literal,
            "PropertyIsGreaterThanOrEqualTo": value >= literal,
            "PropertyIsLessThan": value < literal,
        }[kind]

    found = []
    for rule in Xml.fromstring(sld_style(drawn, INK, PAPER)).iterfind(".//sld:Rule", SLD):
        condition = rule.find("ogc:Filter", SLD)
        symbolizer = "sld:LineSymbolizer" if drawn.lines else "sld:PolygonSymbolizer"
        if rule.find(symbolizer, SLD) is not None and (condition is None or true(condition[0])):
            colours = {
                each.get("name"): each.text for each in rule.iterfind(f"{symbolizer}//sld:CssParameter", SLD)
            }
            fill = colours["stroke" if drawn.lines else "fill"] or ""
            found.append((rule.findtext("sld:Title", "", SLD), fill, colours["stroke"] or ""))
    return found


def by_qml(drawn: Drawing, value: Any) -> list[Drawn]:
    """What QGIS draws; its conditions are SQL, so a database judges them."""
    root = Xml.fromstring(qml_style(drawn, INK, PAPER))
    kind = root.find("renderer-v2").get("type")  # type: ignore[union-attr]
    if kind == "singleSymbol":
        chosen = [(drawn.rules[0].text, "0")]
    elif kind == "categorizedSymbol":
        assert root.find("renderer-v2").get("attr") == drawn.property  # type: ignore[union-attr]
        symbols = {
            each.get("value"): (each.get("label"), each.get("symbol")) for each in root.iter("category")
        }
        chosen = [symbols.get(value) or symbols[""]]  # type: ignore[list-item]
    else:
        with sqlite3.connect(":memory:") as database:
            chosen = [
                (rule.get("label"), rule.get("symbol"))  # type: ignore[misc]
                for rule in root.iter("rule")
                if database.execute(
                    f'SELECT {rule.get("filter")} FROM (SELECT ? AS "{drawn.property}")', [value]
                ).fetchone()[0]
            ]
        database.close()
    return [(label, *_colours(root, symbol, lines=drawn.lines)) for label, symbol in chosen]  # type: ignore[misc]


def _colours(root: Xml.Element, symbol: str, *, lines: bool) -> tuple[str, str]:
    options = {
        each.get("name"): each.get("value") for each in root.iterfind(f".//symbol[@name='{symbol}']//Option")
    }

    def plain(name: str) -> str:
        red, green, blue, opacity = map(int, (options[name] or "").split(","))
        assert opacity == 255
        return f"#{red:02x}{green:02x}{blue:02x}"

    return (plain("line_color"),) * 2 if lines else (plain("color"), plain("outline_color"))


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_drawn_once_and_alike_in_every_format(name: str) -> None:
    """Title, fill and outline in MapLibre, SLD and QML are those of the table, for bounds and gaps too."""
    style, drawn = TABLE.styles[name], whole(name)
    for value in samples(style):
        expected = [wanted(style, value)]
        assert by_maplibre(drawn, value) == expected, value
        assert by_sld(drawn, value) == expected, value
        assert by_qml(drawn, value) == expected, value


@pytest.mark.parametrize("name", NAMES)
def test_labels_say_the_same_from_the_same_scale_on(name: str) -> None:
    """The property and, to the pixel sizes that the formats assume, the zoom; MapLibre has labels apart."""
    drawn = whole(name)
    assert drawn.label is not None
    symbol = maplibre_style(drawn, "tiles.json", INK, PAPER)["layers"][-1]
    assert symbol["layout"]["text-field"] == ["get", drawn.label.property]
    assert (symbol["source-layer"], symbol["minzoom"]) == (f"{name}_labels", drawn.label.min_zoom)
    sld = Xml.fromstring(sld_style(drawn, INK, PAPER))
    assert sld.findtext(".//sld:Label/ogc:PropertyName", None, SLD) == drawn.label.property
    scale = float(sld.findtext(".//sld:MaxScaleDenominator", "", SLD))
    assert scale * 2**drawn.label.min_zoom == pytest.approx(279_541_132, rel=1e-3)
    qml = Xml.fromstring(qml_style(drawn, INK, PAPER))
    assert qml.get("labelsEnabled") == "1"
    assert qml.find(".//text-style").get("fieldName") == drawn.label.property  # type: ignore[union-attr]
    assert float(qml.find(".//rendering").get("scaleMax") or 0) == scale  # type: ignore[union-attr]


def test_there_is_a_style_for_every_collection_of_what_its_tiles_show() -> None:
    """Classes and labels are of properties that are on tiles and that the policy knows."""
    assert set(NAMES) == {collection.id for collection in COLLECTIONS}
    for collection in COLLECTIONS:
        style = TABLE.styles[collection.id]
        named = {style.property, style.label.property if style.label else None} - {None}
        assert named <= collection.on_tiles, collection.id
        assert named <= PROPERTIES[collection.id].keys()


def test_every_class_of_the_data_has_a_class_of_its_own() -> None:
    """Grades and reasons of all shipped schemes, states of coverage, severities of findings."""
    known = {name: {each.value for each in style.classes} for name, style in TABLE.styles.items()}
    schemes = [shipped_scheme(name) for name in scheme_names()]
    assert len(schemes) > 3
    reasons = {
        rule.code for scheme in schemes if scheme.low_efficiency for rule in scheme.low_efficiency.rules
    }
    assert reasons <= known["low-efficiency"]
    assert {state.value for state in State} <= known["coverage"]
    assert set(SEVERITIES) <= known["findings"]
    grades = {grade for scheme in schemes for grade in re.findall(r"grade='(\w)'", repr(scheme))}
    assert {"A", "D"} <= grades <= known["scores"]


@pytest.mark.parametrize("name", NAMES)
def test_whoever_may_not_see_the_property_gets_one_symbol(name: str) -> None:
    """No class, no colour of a class unless it is the plain one, and no name of what is masked."""
    style = TABLE.styles[name]
    masked = drawing(name, style, frozenset())
    assert [rule.test for rule in masked.rules] == [None]
    for text in (
        repr(maplibre_style(masked, "tiles.json", INK, PAPER)),
        sld_style(masked, INK, PAPER).decode(),
        qml_style(masked, INK, PAPER).decode(),
    ):
        for each in style.classes:
            assert each.title.en not in text.replace(style.single.title.en, "")
        for hidden in (style.property, style.label.property if style.label else None):
            assert hidden is None or f"'{hidden}'" not in text
            assert hidden is None or f'"{hidden}"' not in text
            assert hidden is None or f">{hidden}<" not in text


texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4, unique=True), texts)
def test_any_text_comes_through_as_it_is(values: list[str], title: str) -> None:
    """Quotes, angle brackets and ampersands in values and titles make no other document than they say."""
    named = {"en": title.strip() or "-", "zh": "类"}
    classes = [
        {"value": value, "title": {"en": f"{number}{named['en']}", "zh": "类"}, "fill": "#000000"}
        for number, value in enumerate(values)
    ]
    style = MapStyle.model_validate(
        {
            "title": named,
            "single": {"title": named, "fill": "#111111"},
            "property": "of",
            "classes": [*classes, {"otherwise": True, "title": named, "fill": "#222222"}],
            "outline": "#333333",
            "width": 1,
        }
    )
    drawn = whole("any", style)
    for value in [*values, None]:
        expected = [wanted(style, value)]
        assert by_sld(drawn, value) == by_qml(drawn, value) == by_maplibre(drawn, value) == expected


BROKEN = {
    "no such colour": {"single": {"fill": "no_such"}},
    "no class for the rest": {"classes": [{"value": "A", "title": {"en": "A", "zh": "A"}, "fill": "ink"}]},
    "a gap between ranges": {
        "classes": [
            {"below": 1, "title": {"en": "A", "zh": "A"}, "fill": "ink"},
            {"from": 2, "title": {"en": "B", "zh": "B"}, "fill": "ink"},
            {"missing": True, "title": {"en": "C", "zh": "C"}, "fill": "ink"},
        ]
    },
    "two kinds in one": {
        "classes": [{"value": "A", "otherwise": True, "title": {"en": "A", "zh": "A"}, "fill": "ink"}]
    },
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_table_that_leaves_something_undrawn_is_refused(fault: str) -> None:
    """A colour without a name, a value without a class, a number in no range."""
    words = {"en": "A", "zh": "A"}
    style = {
        "title": words,
        "single": {"title": words, "fill": "ink", **BROKEN[fault].get("single", {})},
        "outline": "ink",
        "width": 1,
    }
    if "classes" in BROKEN[fault]:
        style |= {"property": "p", "classes": BROKEN[fault]["classes"]}
    about = {"edition": "1", "valid_from": "2026-01-01", "source": "test", "verified": False}
    with pytest.raises(ValidationError):
        StyleTable.model_validate({**about, "colours": {"ink": "#000000"}, "styles": {"a": style}})


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}


def lab(colour: str, seen: Any) -> Any:
    """CIE L*a*b* (D65) of a colour as somebody sees it."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(np.array(seen) @ linear, 0, 1) / np.array([0.95047, 1, 1.08883])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", NAMES)
def test_classes_stay_apart_for_every_kind_of_colour_vision(name: str, vision: str) -> None:
    """ΔE*ab of any two fills of a style is at least 12, five times what is just noticed."""
    for one, other in itertools.combinations(TABLE.styles[name].classes, 2):
        apart = np.linalg.norm(lab(one.fill, VISION[vision]) - lab(other.fill, VISION[vision]))
        assert apart >= 12, (one.title.en, other.title.en, apart)


def test_no_other_file_holds_a_colour_of_the_table() -> None:
    """Of every file of the package but the table; white is everywhere, and scripts hold no colour."""
    colours = set(TABLE.colours.values()) - {PAPER}
    root = Path(service.__file__).parent
    looked = 0
    for path in root.rglob("*"):
        if path.suffix not in {".py", ".js", ".css", ".html", ".svg", ".yaml"} or "vendor" in path.parts:
            continue
        if path == root / "reference" / "styles.yaml" or "node_modules" in path.parts:
            continue
        looked += 1
        held = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8").lower()))
        assert not held & colours, path
        assert path.suffix != ".js" or not held, path
    assert looked > 300


def test_style_sheets_name_only_colours_that_there_are() -> None:
    """A custom property that is used is set by the table or in a style sheet beside."""
    root = Path(service.__file__).parent
    for folder in ("console/static", "pages/templates", "sheet/templates"):
        text = colours_as_css() + "".join(path.read_text() for path in (root / folder).glob("*.css"))
        used, known = re.findall(r"var\((--[\w-]+)", text), re.findall(r"(--[\w-]+):", text)
        assert set(used) <= set(known), folder
