"""A style as Styled Layer Descriptor 1.0.0 (OGC 02-070) with Filter 1.0.0, as GeoServer and QGIS read it.

No ``ElseFilter``: what belongs to no other class is said in full, with ``PropertyIsNull`` where no value
belongs to it, as programs differ in what else and null mean.
"""

from xml.etree import ElementTree as Xml

from service.features.styles.rules import Between, Drawing, Equals, Missing, Otherwise, Rule, Test, scale_of

_SLD, _OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"
Xml.register_namespace("sld", _SLD)
Xml.register_namespace("ogc", _OGC)
_FONT_SIZE = "11"


def sld_style(drawing: Drawing, ink: str, paper: str) -> bytes:
    """Return the document; the layer has the name of the collection.

    :param ink: colour of labels
    :param paper: colour of the halo around labels
    """
    root = Xml.Element(_sld("StyledLayerDescriptor"), version="1.0.0")
    layer = Xml.SubElement(root, _sld("NamedLayer"))
    _text(layer, "Name", drawing.id)
    style = Xml.SubElement(layer, _sld("UserStyle"))
    _text(style, "Name", drawing.id)
    _text(style, "Title", drawing.title)
    features = Xml.SubElement(style, _sld("FeatureTypeStyle"))
    for rule in drawing.rules:
        _add_rule(features, rule, drawing.width, lines=drawing.lines)
    if drawing.label is not None:
        _add_label(features, drawing.label.property, scale_of(drawing.label.min_zoom), ink, paper)
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="UTF-8", xml_declaration=True))


def _add_rule(features: Xml.Element, rule: Rule, width: float, *, lines: bool) -> None:
    element = Xml.SubElement(features, _sld("Rule"))
    _text(element, "Name", rule.text)
    _text(element, "Title", rule.text)
    if rule.test is not None:
        _add_test(Xml.SubElement(element, _ogc("Filter")), rule.test)
    symbol = Xml.SubElement(element, _sld("LineSymbolizer" if lines else "PolygonSymbolizer"))
    if not lines:
        _parameters(Xml.SubElement(symbol, _sld("Fill")), {"fill": rule.fill})
    stroke = {"stroke": rule.outline, "stroke-width": f"{width:g}", "stroke-linejoin": "bevel"}
    _parameters(Xml.SubElement(symbol, _sld("Stroke")), stroke)


def _add_label(features: Xml.Element, name: str, scale: float, ink: str, paper: str) -> None:
    element = Xml.SubElement(features, _sld("Rule"))
    _text(element, "Name", "Label 标注")
    _text(element, "Title", "Label 标注")
    _text(element, "MaxScaleDenominator", f"{scale:.0f}")
    symbol = Xml.SubElement(element, _sld("TextSymbolizer"))
    Xml.SubElement(Xml.SubElement(symbol, _sld("Label")), _ogc("PropertyName")).text = name
    _parameters(Xml.SubElement(symbol, _sld("Font")), {"font-family": "SansSerif", "font-size": _FONT_SIZE})
    point = Xml.SubElement(Xml.SubElement(symbol, _sld("LabelPlacement")), _sld("PointPlacement"))
    anchor = Xml.SubElement(point, _sld("AnchorPoint"))
    _text(anchor, "AnchorPointX", "0.5")
    _text(anchor, "AnchorPointY", "0.5")
    halo = Xml.SubElement(symbol, _sld("Halo"))
    _text(halo, "Radius", "1")
    _parameters(Xml.SubElement(halo, _sld("Fill")), {"fill": paper})
    _parameters(Xml.SubElement(symbol, _sld("Fill")), {"fill": ink})


def _add_test(parent: Xml.Element, test: Test) -> None:
    match test:
        case Equals():
            _compare(parent, "PropertyIsEqualTo", test.property, test.value)
        case Missing():
            _is_null(parent, test.property)
        case Between():
            both = test.lower is not None and test.below is not None
            inner = Xml.SubElement(parent, _ogc("And")) if both else parent
            if test.lower is not None:
                _compare(inner, "PropertyIsGreaterThanOrEqualTo", test.property, f"{test.lower:.15g}")
            if test.below is not None:
                _compare(inner, "PropertyIsLessThan", test.property, f"{test.below:.15g}")
        case Otherwise():
            inner = parent
            if test.missing:
                inner = Xml.SubElement(parent, _ogc("Or"))
                _is_null(inner, test.property)
            others = Xml.SubElement(inner, _ogc("And"))
            if not test.missing:
                _is_null(Xml.SubElement(others, _ogc("Not")), test.property)
            for value in test.values:
                _compare(others, "PropertyIsNotEqualTo", test.property, value)


def _compare(parent: Xml.Element, operator: str, name: str, value: str) -> None:
    element = Xml.SubElement(parent, _ogc(operator))
    Xml.SubElement(element, _ogc("PropertyName")).text = name
    Xml.SubElement(element, _ogc("Literal")).text = value


def _is_null(parent: Xml.Element, name: str) -> None:
    Xml.SubElement(Xml.SubElement(parent, _ogc("PropertyIsNull")), _ogc("PropertyName")).text = name


def _parameters(parent: Xml.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        Xml.SubElement(parent, _sld("CssParameter"), name=name).text = value


def _text(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, _sld(name)).text = text


def _sld(name: str) -> str:
    return f"{{{_SLD}}}{name}"


def _ogc(name: str) -> str:
    return f"{{{_OGC}}}{name}"
