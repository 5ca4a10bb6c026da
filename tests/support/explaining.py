"""Explanations made directly from a snapshot, without a store."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import narwhals.stable.v2 as nw
import orjson
import polars as pl

from service.domain.scheme import Scheme
from service.evaluation.explain import Record, calculation, public, surroundings
from service.jobs.explaining import around
from tests.support.snapshots import Results, Snapshot

RUN = {
    "id": 1,
    "district": "330299",
    "period": "2023",
    "status": "draft",
    "created_at": datetime(2024, 3, 1, tzinfo=UTC),
    "published_at": None,
    "as_of_batch": 1,
    **dict.fromkeys(("run_hash", "scheme_hash", "snapshot_hash", "result_hash", "code_version"), "0"),
}


def explanations(park: Snapshot, scheme: Scheme, *codes: str) -> Iterator[dict[str, Any]]:
    """Yield the whole explanations of parcels, of all of them unless some are named, as JSON has them."""
    tables, results = park.tables(), park.evaluated(scheme)

    def rows(name: str, by: str, values: Collection[str]) -> pl.DataFrame:
        return tables[name].filter(pl.col(by).is_in(sorted(values)))

    wanted = codes or tuple(results["scores"]["parcel_code"])
    frozen = around(rows, wanted)
    near = surroundings(
        {name: nw.from_native(table.lazy()) for name, table in frozen.items()}, scheme, "2023"
    )
    for code in wanted:
        record = Record(scheme, RUN, _of(results, code), near.of(code))
        whole = public(record) | {"calculation": calculation(record)}
        yield orjson.loads(orjson.dumps(whole))


def explanation(park: Snapshot, scheme: Scheme, code: str) -> dict[str, Any]:
    """Return the whole explanation of a parcel."""
    return next(explanations(park, scheme, code))


def _of(results: Results, code: str) -> dict[str, list[dict[str, Any]]]:
    """What the store gives of a parcel: `service.store.evaluations.results_of`."""
    holdings = results["holdings"].filter(parcel_code=code)
    involved = [uscc for uscc in holdings["uscc"].unique() if uscc]
    subjects = [code, *involved]
    tables = {
        "holdings": holdings,
        "scores": results["scores"].filter(parcel_code=code),
        "coverage": results["coverage"].filter(parcel_code=code),
        "reconciliation": results["reconciliation"].filter(pl.col("uscc").is_in(involved)),
        "unallocated": results["unallocated"].filter(pl.col("uscc").is_in(involved)),
        "findings": results["findings"].filter(pl.col("subject_code").is_in(subjects)),
    }
    return {name: table.to_dicts() for name, table in tables.items()}
