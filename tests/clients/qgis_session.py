"""What somebody does with the service in QGIS, without a screen; run by Debian's own Python, prints JSON.

Alone: ``QT_QPA_PLATFORM=offscreen /usr/bin/python3 qgis_session.py '{"url": "http://127.0.0.1:8000"}'``.
"""

import json
import sys
import urllib.request

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")
MERCATOR = QgsCoordinateReferenceSystem("EPSG:3857")


def features_layer(url, collection, **more):
    """A collection as QGIS adds it from the data source manager."""
    source = QgsDataSourceUri()
    for name, value in {"url": url, "typename": collection, "pageSize": "7", **more}.items():
        source.setParam(name, value)
    return QgsVectorLayer(source.uri(False), collection, "OAPIF")


def about(layer):
    """A layer's state, and all of its features."""
    names = [field.name() for field in layer.fields()]
    # null comes as an invalid QVariant
    plain = lambda value: None if not isinstance(value, (str, int, float, bool)) else value  # noqa: E731
    return {
        "valid": layer.isValid(),
        "error": layer.error().message(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "extent": layer.extent().toRectF().getCoords(),
        "types": {field.name(): field.typeName() for field in layer.fields()},
        "features": [
            {
                "wkb": bytes(feature.geometry().asWkb()).hex(),
                **dict(zip(names, map(plain, feature.attributes()), strict=True)),
            }
            for feature in layer.getFeatures()
        ],
    }


def identifiers(layer, request=None):
    """The feature ids that a request gives."""
    found = layer.getFeatures(request) if request else layer.getFeatures()
    return sorted(feature["id"] for feature in found)


def drawn(layers, box, picture):
    """Draw layers over a box in degrees and return the pixels of each colour."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(MERCATOR)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(500, 400))
    crossing = QgsCoordinateTransform(DEGREES, MERCATOR, QgsProject.instance())
    settings.setExtent(crossing.transformBoundingBox(QgsRectangle(*box)))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(picture)
    colours = {}
    for x in range(0, image.width(), 2):
        for y in range(0, image.height(), 2):
            name = image.pixelColor(x, y).name()
            colours[name] = colours.get(name, 0) + 1
    commonest = sorted(colours, key=colours.get, reverse=True)[:12]
    return {
        "errors": [error.message for error in job.errors()],
        "colours": {name: colours[name] for name in commonest},
    }


def tiles_layer(template, style_url=None):
    """Vector tiles as QGIS adds them by a template, with a style by its address."""
    styled = f"&styleUrl={style_url}" if style_url else ""
    layer = QgsVectorTileLayer(f"type=xyz&url={template}&zmin=0&zmax=16{styled}", "tiles")
    message, fine = layer.loadDefaultStyle() if style_url else ("", True)
    return layer, {"valid": layer.isValid(), "styled": fine, "message": message}


def styled(url, collection, f, extent, picture):
    """A collection with one of the service's styles: how it loads, what it says, and what is drawn."""
    path = f"{picture}.{f}"
    with urllib.request.urlopen(f"{url}/styles/{collection}?f={f}") as answer, open(path, "wb") as file:
        file.write(answer.read())
    layer = features_layer(url, collection, pageSize="25")
    message, fine = (layer.loadNamedStyle if f == "qml" else layer.loadSldStyle)(path)
    labels = layer.labeling()
    told = {
        "message": message,
        "fine": fine,
        "legend": {
            item.label(): item.symbol().color().name() for item in layer.renderer().legendSymbolItems()
        },
        "labels": layer.labelsEnabled() and {labels.settings(each).fieldName for each in providers(labels)},
    }
    told["labels"] = sorted(told["labels"] or ())
    layer.setLabelsEnabled(False)
    return told | drawn([layer], extent, f"{path}.png")


def providers(labels):
    """The keys of a layer's rules for labels, the empty one where there is one for all."""
    return [key for key in labels.subProviders() if key or labels.type() == "simple"]


def edit(layer, identifier):
    """Change an attribute of a feature and save it; None where this QGIS cannot edit such a layer."""
    wanted = QgsVectorDataProvider.ChangeAttributeValues
    if not layer.dataProvider().capabilities() & wanted:
        return None
    (feature,) = [each for each in layer.getFeatures() if each["id"] == identifier]
    layer.startEditing()
    layer.changeAttributeValue(feature.id(), layer.fields().indexFromName("town"), "改过")
    return {"saved": layer.commitChanges(), "errors": layer.commitErrors()}


def main(order):
    """Do what the order names and print what came of it."""
    url, told = order["url"], {"version": Qgis.QGIS_VERSION_INT, "name": Qgis.QGIS_VERSION}
    told["layers"] = {name: about(features_layer(url, name)) for name in order.get("collections", ())}
    if "box" in order:
        parcels = features_layer(url, "parcels", restrictToRequestBBOX="1")
        told["in_box"] = identifiers(parcels, QgsFeatureRequest().setFilterRect(QgsRectangle(*order["box"])))
    if "filter" in order:
        scores = features_layer(url, "scores")
        told["subset"] = scores.setSubsetString(order["filter"])
        told["filtered"] = identifiers(scores)
    if "key" in order:
        guarded = order["guarded"]
        named = features_layer(guarded, "parcels", username="qgis", password=order["key"])
        told["with_key"] = {"valid": named.isValid(), "ids": identifiers(named) if named.isValid() else []}
        told["without_key"] = features_layer(guarded, "parcels").isValid()
    if "tiles" in order:
        layer, told["tiles"] = tiles_layer(order["tiles"], order.get("style"))
        told["tiles"].update(drawn([layer], order["extent"], order["picture"]))
    told["styled"] = {
        f"{name}.{f}": styled(url, name, f, order["extent"], order["picture"])
        for name in order.get("styles", ())
        for f in ("qml", "sld")
    }
    told["files"] = {
        name: about(QgsVectorLayer(source, name, "ogr")) for name, source in order.get("files", {}).items()
    }
    if "edit" in order:
        told["edited"] = edit(features_layer(url, "parcels"), order["edit"])
    print(json.dumps(told))


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    try:
        main(json.loads(sys.argv[1]))
    finally:
        application.exitQgis()
