"""A style for MapLibre and whatever else reads the Mapbox Style Specification, version 8, QGIS among it.

Every class is a layer of its own with a filter and one colour: programs that know few expressions read that
too, and its layers are the legend. Nothing is asked of another host: labels come without a glyph server from
the reader's own fonts, and there are no sprites.
"""

from typing import Any

from service.features.styles.rules import Between, Drawing, Equals, Missing, Otherwise, Rule, Test

_SIZE = 12


def maplibre_style(drawing: Drawing, tilejson: str, ink: str, paper: str) -> dict[str, Any]:
    """Return the style.

    :param tilejson: address of the TileJSON, whose tiles have the layer ``<id>``, and ``<id>_labels`` with a
        point per feature
    :param ink: colour of labels
    :param paper: colour of the halo around labels
    """
    one_outline = len({rule.outline for rule in drawing.rules}) == 1
    layers = [] if drawing.lines else [_fill(drawing, rule) for rule in drawing.rules]
    if one_outline and not drawing.lines:
        layers.append(_line(drawing, drawing.rules[0], "outline", None))
    else:
        titled = {
            rule.id: {"metadata": {"title": rule.text}} if drawing.lines else {} for rule in drawing.rules
        }
        layers.extend(
            _line(drawing, rule, f"outline-{rule.id}", rule.test) | titled[rule.id] for rule in drawing.rules
        )
    if drawing.label is not None:
        layers.append(
            {
                "id": f"{drawing.id}-label",
                "type": "symbol",
                "source": drawing.id,
                "source-layer": f"{drawing.id}_labels",
                "minzoom": drawing.label.min_zoom,
                "layout": {
                    "text-field": ["get", drawing.label.property],
                    "text-font": ["System Bold"],
                    "text-size": _SIZE,
                },
                "paint": {"text-color": ink, "text-halo-color": paper, "text-halo-width": 1.2},
            }
        )
    return {
        "version": 8,
        "name": drawing.title,
        "metadata": {"legend": [{"title": rule.text, "fill": rule.fill} for rule in drawing.rules]},
        "sources": {drawing.id: {"type": "vector", "url": tilejson}},
        "layers": layers,
    }


def _fill(drawing: Drawing, rule: Rule) -> dict[str, Any]:
    paint = {"fill-color": rule.fill}
    return _layer(drawing, f"fill-{rule.id}", "fill", rule.test, paint) | {"metadata": {"title": rule.text}}


def _line(drawing: Drawing, rule: Rule, name: str, test: Test | None) -> dict[str, Any]:
    paint = {"line-color": rule.outline, "line-width": drawing.width}
    return _layer(drawing, name, "line", test, paint)


def _layer(
    drawing: Drawing, name: str, kind: str, test: Test | None, paint: dict[str, Any]
) -> dict[str, Any]:
    filtered = {} if test is None else {"filter": _filter(test)}
    return {
        "id": f"{drawing.id}-{name}",
        "type": kind,
        "source": drawing.id,
        "source-layer": drawing.id,
        **filtered,
        "paint": paint,
    }


def _filter(test: Test) -> list[Any]:
    """Return the expression; tiles leave out what has no value, so a gap is a property that is not there."""
    value = ["get", test.property]
    match test:
        case Equals():
            return ["==", value, test.value]
        case Missing():
            return ["!", ["has", test.property]]
        case Between():
            lower = [] if test.lower is None else [[">=", value, test.lower]]
            below = [] if test.below is None else [["<", value, test.below]]
            return ["all", ["has", test.property], *lower, *below]
        case Otherwise():
            there = [] if test.missing else [["has", test.property]]
            return ["all", *there, *(["!=", value, each] for each in test.values)]
