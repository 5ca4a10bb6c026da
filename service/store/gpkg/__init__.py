"""The embedded store as an OGC GeoPackage: the file, its geometry blobs, spatial functions and R*Tree."""
