"""Features in memory, whatever made them: filtered, put into other coordinates, written in every format."""
