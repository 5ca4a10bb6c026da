"""The peer of the import of figures: the same validated import, as an analyst would write it with pandas.

Same tables, same checks, same outcome: USCC with check digit in any spelling, numbers in any spelling, exact
amounts in minor units, a verdict kept for every row, duplicates and contradictions within the file,
comparison with what is stored, supersession. It reads one layout and no other, keeps no file, and holds
everything in memory.
"""

import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa
from stdnum.cn import uscc

METRICS = {"tax": 1_000_000, "output": 1_000_000, "energy_equal_supply": 1000}
"""Metric → minor units in one of the file."""

KEY = ["subject_code", "period", "metric"]
_EMPTY = {"", "/", "-", "—", "，", ",", "无"}
_LIMIT = 2**53


def import_figures(url: str, file: str) -> int:
    """Import a file of figures into a store of ours at ``url``; returns how many rows it had."""
    engine = sa.create_engine(url)
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    rows.insert(0, "row", np.arange(2, len(rows) + 2))
    judged = _judge(rows)
    with engine.begin() as connection:
        batch = 1 + (connection.execute(sa.text("SELECT max(id) FROM batch")).scalar() or 0)
        first = 1 + (connection.execute(sa.text("SELECT max(id) FROM source_row")).scalar() or 0)
        figures = _settle(judged)
        figures, gone = _compare(connection, judged, figures)
        _write(connection, rows, judged, figures, gone, batch, first, Path(file).name)
    engine.dispose()
    return len(rows)


def _judge(rows: pd.DataFrame) -> pd.DataFrame:
    """Return code, period, amounts, verdict and reason of each row."""
    judged = pd.DataFrame(index=rows.index)
    judged["subject_code"] = (
        rows["uscc"].str.normalize("NFKC").str.replace(r"[\s\-]", "", regex=True).str.upper()
    )
    judged["period"] = (
        rows["period"].str.normalize("NFKC").str.strip().str.extract(r"^((?:19|20)\d{2})年?度?$")[0]
    )
    reason = pd.Series(None, index=rows.index, dtype=object)
    reason[judged["subject_code"] == ""] = "uscc_missing"
    valid = judged["subject_code"].map(uscc.is_valid)
    length = judged["subject_code"].str.len() == 18
    reason[reason.isna() & ~valid] = np.where(length, "uscc_check_digit", "uscc_malformed")[
        reason.isna() & ~valid
    ]
    reason[reason.isna() & judged["period"].isna()] = "period_unreadable"
    for metric, size in METRICS.items():
        text = rows[metric].str.normalize("NFKC").str.strip()
        text = text.where(~text.isin(_EMPTY) & (text.str.strip("*") != ""), "")
        grouped = text.str.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
        text = text.where(~grouped, text.str.replace(",", ""))
        good = text.str.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
        reason[reason.isna() & ~good & (text != "")] = "number_unreadable"
        amount = text.where(good, "").map(lambda given, size=size: _minor(given, size))
        if metric == "energy_equal_supply":
            reason[reason.isna() & (amount < 0)] = "number_negative"
        reason[reason.isna() & (amount.abs() >= _LIMIT)] = "number_out_of_range"
        judged[metric] = amount
    judged["verdict"] = np.where(reason.isna(), "accepted", "held")
    silent = reason.isna() & judged[list(METRICS)].isna().all(axis=1)
    judged.loc[silent, "verdict"] = "skipped"
    reason[silent] = "no_values"
    judged["reason"] = reason
    return judged


def _minor(text: str, size: int) -> float:
    # whole numbers below the limit are exact as floats
    return np.nan if text == "" else float((Decimal(text) * size).to_integral_value(ROUND_HALF_UP))


def _settle(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the figures, each once, and give repeated and contradicting rows their verdict."""
    good = judged[judged["verdict"] == "accepted"]
    figures = good.reset_index(names="at").melt(
        ["at", "subject_code", "period"], list(METRICS), var_name="metric", value_name="value"
    )
    figures = figures.dropna(subset="value")
    figures["value"] = figures["value"].astype("int64")
    answers = figures.groupby(KEY)["value"].transform("nunique")
    disputed = figures.loc[answers > 1, "at"].unique()
    judged.loc[disputed, ["verdict", "reason"]] = ["held", "conflicting_rows"]
    figures = figures[~figures["at"].isin(disputed)].sort_values("at", kind="stable")
    fresh = figures.drop_duplicates(KEY)
    repeated = np.setdiff1d(figures["at"].unique(), fresh["at"].unique())
    judged.loc[repeated, ["verdict", "reason"]] = ["duplicate", "repeated_row"]
    return fresh


def _compare(
    connection: sa.Connection, judged: pd.DataFrame, figures: pd.DataFrame
) -> tuple[pd.DataFrame, list[int]]:
    """Return the figures that the store has not, and the ids of those that they replace."""
    stored = pd.read_sql(
        sa.text(
            "SELECT id, subject_code, period, metric, value AS old FROM figure "
            "WHERE superseded_by IS NULL AND subject_kind = 'enterprise' AND period IN :periods"
        ).bindparams(sa.bindparam("periods", figures["period"].unique().tolist(), expanding=True)),
        connection,
    )
    both = figures.merge(stored, on=KEY, how="left")
    left = both[both["old"].isna() | (both["old"] != both["value"])]
    known = np.setdiff1d(both["at"].unique(), left["at"].unique())
    judged.loc[known, ["verdict", "reason"]] = ["duplicate", "already_stored"]
    return left, left["id"].dropna().astype("int64").tolist()


def _write(
    connection: sa.Connection,
    rows: pd.DataFrame,
    judged: pd.DataFrame,
    figures: pd.DataFrame,
    gone: list[int],
    batch: int,
    first: int,
    name: str,
) -> None:
    counts = judged["verdict"].value_counts()
    pd.DataFrame(
        {
            "id": [batch],
            "feed": "figures",
            "file_name": name,
            "sha256": "",
            "mapping": "{}",
            "received_at": datetime.now(UTC),
            "read": len(rows),
            **{v: int(counts.get(v, 0)) for v in ("accepted", "held", "duplicate", "skipped")},
        }
    ).to_sql("batch", connection, if_exists="append", index=False)
    records = rows.drop(columns="row").to_dict("records")
    pd.DataFrame(
        {
            "id": np.arange(first, first + len(rows)),
            "batch_id": batch,
            "sheet": "",
            "row": rows["row"],
            "verdict": judged["verdict"],
            "reason": judged["reason"],
            "content": [json.dumps({k: v for k, v in r.items() if v}, ensure_ascii=False) for r in records],
        }
    ).to_sql("source_row", connection, if_exists="append", index=False, chunksize=10_000)
    for start in range(0, len(gone), 1000):
        connection.execute(
            sa.text("UPDATE figure SET superseded_by = :batch WHERE id IN :ids").bindparams(
                sa.bindparam("ids", gone[start : start + 1000], expanding=True), batch=batch
            )
        )
    figures[KEY].assign(
        subject_kind="enterprise",
        part_of="",
        value=figures["value"],
        batch_id=batch,
        source_row_id=figures["at"] + first,
    ).to_sql("figure", connection, if_exists="append", index=False, chunksize=10_000)
