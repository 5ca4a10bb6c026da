"""For every route of the service, requests that get as much out of it as there is in the park."""

TILE = "13/3374/6831"
TILES = {"WebMercatorQuad": TILE, "CGCS2000Quad": "12/1360/6831"}
"""Covers the park."""

OF_EVALUATIONS = (
    *("scores", "low-efficiency", "uplift-candidates", "blocks"),
    *("premises", "contracts", "surcharges", "energy"),
)
