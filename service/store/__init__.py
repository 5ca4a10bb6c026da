"""One set of tables on two databases: a GeoPackage file, or PostgreSQL with PostGIS."""
