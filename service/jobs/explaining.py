"""Explanations (说明): a parcel's stored result with the scheme and the source rows of every input."""

from typing import Any

from sqlalchemy import Connection

from service.domain.scheme import Scheme
from service.errors import NotFound
from service.evaluation.explain import explain
from service.store import evaluations, sources
from service.store.database import Database


def explanation(database: Database, evaluation_id: int, parcel_code: str) -> dict[str, Any]:
    """Return the explanation of a parcel in an evaluation; see `service.evaluation.explain.explain`.

    Raises `NotFound` when there is no such evaluation, or no such parcel in it.
    """
    with database.reading() as connection:
        run = evaluations.get(connection, evaluation_id)
        if run is None:
            raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
        results = evaluations.results_of(connection, evaluation_id, parcel_code)
        if not results["scores"]:
            raise NotFound(
                f"Evaluation {evaluation_id} has no parcel {parcel_code}.",
                f"评价 {evaluation_id} 中没有宗地 {parcel_code}。",
            )
        scheme = Scheme.model_validate_json(run["scheme"])
        found = _sources(connection, run["period"], run["as_of_batch"], parcel_code, results, scheme)
    return explain(scheme, dict(run), results, found)


def _sources(
    connection: Connection,
    period: str,
    as_of_batch: int,
    parcel_code: str,
    results: dict[str, list[dict[str, Any]]],
    scheme: Scheme,
) -> dict[str, Any]:
    """The inputs with the row each came from; ``later`` marks what was handed over after the evaluation."""
    occupancies = sources.occupancies(connection, parcel_code)
    involved = {row["uscc"] for row in (*results["holdings"], *occupancies)} - {""}
    read = set(scheme.metrics)
    figures = [
        {"subject": kind, **figure}
        for kind, codes in (("enterprise", involved), ("parcel", {parcel_code}))
        for figure in sources.figures(connection, period, as_of_batch, kind, codes)
        if figure["metric"] in read
    ]
    found = {
        "parcel": sources.parcel(connection, parcel_code),
        "occupancies": occupancies,
        "enterprises": sources.enterprises(connection, involved),
        "figures": figures,
    }
    ids = [row["source_row_id"] for rows in found.values() for row in rows]
    rows = sources.rows(connection, ids)
    for row in (row for rows_of_kind in found.values() for row in rows_of_kind):
        source = rows[row.pop("source_row_id")]
        row["source"] = {name: value for name, value in source.items() if name != "id"}
        row["source"]["later"] = source["batch_id"] > as_of_batch
    parcel = found.pop("parcel")
    return {"parcel": parcel[0]["source"] if parcel else None, **found}
