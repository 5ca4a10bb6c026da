"""The standards' face: OGC API Features and Tiles."""
