"""Texts that a spreadsheet would take for a formula (公式注入) when it opens a file of plain text.

Source: OWASP, CSV injection; the full-width signs are those of Chinese input methods.
"""

import polars as pl

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text that begins like a formula."""
    return frame.with_columns(
        pl.when(pl.col(name).str.slice(0, 1).is_in(_SIGNS))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String
    )
