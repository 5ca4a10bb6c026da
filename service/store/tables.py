"""Column types as `service.domain.tables` names them, in Polars."""

import polars as pl

TYPES = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "date": pl.Date}
