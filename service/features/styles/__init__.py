"""Map styles as desktop and web clients read them: MapLibre, SLD and QGIS, written from the same rules."""

from service.features.styles.maplibre import maplibre_style
from service.features.styles.qml import qml_style
from service.features.styles.rules import Drawing, drawing
from service.features.styles.sld import sld_style

__all__ = ["Drawing", "drawing", "maplibre_style", "qml_style", "sld_style"]
