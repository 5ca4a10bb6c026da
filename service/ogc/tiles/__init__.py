"""Vector tiles as resources: matrix sets, tilesets with their TileJSON, tiles."""
