"""A style as QGIS keeps its own (QML), for QGIS 3.22 and later.

Values become a categorised renderer, whose last category takes everything else, no value too. Where no value
has a class of its own, and for ranges, the rules are written as such: before 3.28 a category for null is the
one for everything else.
"""

from xml.etree import ElementTree as Xml

from service.features.styles.rules import (
    Between,
    Drawing,
    Equals,
    Missing,
    Otherwise,
    Rule,
    Test,
    scale_of,
)

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_MM_PER_PIXEL = 0.28
_PLACEMENT_OVER_POINT = "1"


def qml_style(drawing: Drawing, ink: str, paper: str) -> bytes:
    """Return the document, which sets symbols and labels of a layer of polygons, or of lines.

    :param ink: colour of labels
    :param paper: colour of the halo around labels
    """
    labelled = "1" if drawing.label is not None else "0"
    root = Xml.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled=labelled)
    if drawing.property is None:
        renderer = Xml.SubElement(root, "renderer-v2", type="singleSymbol")
    elif _categorised(drawing):
        renderer = Xml.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=drawing.property)
        _add_categories(renderer, drawing)
    else:
        renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer")
        _add_rules(renderer, drawing)
    symbols = Xml.SubElement(renderer, "symbols")
    for number, rule in enumerate(drawing.rules):
        _add_symbol(symbols, rule, number, drawing.width, lines=drawing.lines)
    if drawing.label is not None:
        _add_label(root, drawing.label.property, scale_of(drawing.label.min_zoom), ink, paper)
    Xml.indent(root)
    return (_HEAD + Xml.tostring(root, encoding="unicode")).encode()


def _categorised(drawing: Drawing) -> bool:
    return all(
        isinstance(rule.test, Equals) or (isinstance(rule.test, Otherwise) and rule.test.missing)
        for rule in drawing.rules
    )


def _add_categories(renderer: Xml.Element, drawing: Drawing) -> None:
    categories = Xml.SubElement(renderer, "categories")
    for number, rule in enumerate(drawing.rules):
        value = rule.test.value if isinstance(rule.test, Equals) else ""
        Xml.SubElement(
            categories,
            "category",
            {"type": "string", "value": value, "label": rule.text, "symbol": str(number), "render": "true"},
        )


def _add_rules(renderer: Xml.Element, drawing: Drawing) -> None:
    rules = Xml.SubElement(renderer, "rules", key="{rules}")
    for number, rule in enumerate(drawing.rules):
        assert rule.test is not None  # noqa: S101 - classes have a test
        Xml.SubElement(
            rules,
            "rule",
            {
                "key": f"{{{rule.id}}}",
                "filter": _expression(rule.test),
                "label": rule.text,
                "symbol": str(number),
            },
        )


def _expression(test: Test) -> str:
    """Return the condition in QGIS's language, where a comparison with no value is never true."""
    name = '"' + test.property.replace('"', '""') + '"'
    match test:
        case Equals():
            return f"{name} = {_quoted(test.value)}"
        case Missing():
            return f"{name} IS NULL"
        case Between():
            lower = [] if test.lower is None else [f"{name} >= {test.lower:.15g}"]
            below = [] if test.below is None else [f"{name} < {test.below:.15g}"]
            return " AND ".join([*lower, *below])
        case Otherwise():
            others = f"{name} NOT IN ({', '.join(map(_quoted, test.values))})"
            return f"{name} IS NULL OR {others}" if test.missing else others


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _add_symbol(symbols: Xml.Element, rule: Rule, number: int, width: float, *, lines: bool) -> None:
    kind, drawn = ("line", "SimpleLine") if lines else ("fill", "SimpleFill")
    symbol = Xml.SubElement(symbols, "symbol", {"name": str(number), "type": kind, "alpha": "1"})
    layer = Xml.SubElement(symbol, "layer", {"class": drawn, "enabled": "1", "pass": "0"})
    options = Xml.SubElement(layer, "Option", type="Map")
    line = {
        "line_color": _rgba(rule.outline),
        "line_style": "solid",
        "line_width": f"{width * _MM_PER_PIXEL:.2f}",
        "line_width_unit": "MM",
        "joinstyle": "bevel",
    }
    fill = {
        "color": _rgba(rule.fill),
        "style": "solid",
        "outline_color": _rgba(rule.outline),
        "outline_style": "solid",
        "outline_width": f"{width * _MM_PER_PIXEL:.2f}",
        "outline_width_unit": "MM",
        "joinstyle": "bevel",
    }
    for name, value in (line if lines else fill).items():
        Xml.SubElement(options, "Option", {"name": name, "value": value, "type": "QString"})


def _add_label(root: Xml.Element, name: str, scale: float, ink: str, paper: str) -> None:
    settings = Xml.SubElement(Xml.SubElement(root, "labeling", type="simple"), "settings")
    text = Xml.SubElement(
        settings,
        "text-style",
        {
            "fieldName": name,
            "isExpression": "0",
            "fontSize": "9",
            "fontSizeUnit": "Point",
            "textColor": _rgba(ink),
            "textOpacity": "1",
        },
    )
    Xml.SubElement(
        text,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferSize": "0.8",
            "bufferSizeUnits": "MM",
            "bufferColor": _rgba(paper),
            "bufferOpacity": "1",
        },
    )
    Xml.SubElement(settings, "placement", {"placement": _PLACEMENT_OVER_POINT, "centroidInside": "1"})
    visible = {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": f"{scale:.0f}"}
    Xml.SubElement(settings, "rendering", {**visible, "obstacle": "1"})


def _rgba(colour: str) -> str:
    """Return ``#rrggbb`` as QGIS writes colours: four numbers from 0 to 255."""
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])
