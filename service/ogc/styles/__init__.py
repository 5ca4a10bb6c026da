"""The map styles of the collections as resources (OGC API Styles, draft 20-009)."""
