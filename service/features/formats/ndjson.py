"""GeoJSON feature by feature: one on a line, or each behind a record separator (RFC 8142).

Both are read by GDAL (``GeoJSONSeq``) and QGIS; lines also by everything that takes JSON lines.
"""

from collections.abc import Iterator

from service.features.formats.content import Content
from service.features.writing import feature_texts


def lines(content: Content) -> Iterator[bytes]:
    """Give a feature a line."""
    return _features(content, b"")


def sequence(content: Content) -> Iterator[bytes]:
    """Give a text sequence: a record separator before each feature, a line end behind it."""
    return _features(content, b"\x1e")


def _features(content: Content, before: bytes) -> Iterator[bytes]:
    for table in content.chunks():
        texts = feature_texts(table.keys, content.shapes(table), content.only(table), content.crs.decimals)
        yield before + (b"\n" + before).join(texts) + b"\n"
