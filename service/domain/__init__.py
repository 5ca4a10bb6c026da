"""Plain values of the field: codes, units, periods, areas, schemes. No I/O, no database, no web."""
