"""The web page: a map of the parcels by grade."""
