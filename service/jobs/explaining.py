"""Explanations (说明): a parcel's stored result with the scheme, its frozen inputs and their source rows."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
from sqlalchemy import Connection, RowMapping

from service.domain.scheme import Scheme
from service.errors import NotFound
from service.evaluation.explain import Record, Sources, Surroundings, calculation, public, surroundings
from service.store import built, evaluations, metered, sources
from service.store.database import Database
from service.store.inputs import nothing
from service.store.snapshot import snapshot_rows

_AT_ONCE = 200
"""Parcels whose surroundings are made together: dearer than one alone, and far cheaper than one by one."""

_PARTS = ("building", "passed", "reading")
"""Inputs of which others are made."""

Key = tuple[Any, ...]

ReadRows = Callable[[str, str, Collection[str]], pl.DataFrame]
"""Rows of a table of the snapshot that have one of the values in a column."""


def explanation(
    database: Database, evaluation_id: int, parcel_code: str, *, figures: bool = True
) -> dict[str, Any]:
    """Return the explanation of a parcel in an evaluation; see `service.evaluation.explain`.

    ``calculation`` is what analysts may see; it is made only when ``figures`` are wanted. Raises `NotFound`
    when there is no such evaluation, or no such parcel in it.
    """
    return next(explanations(database, evaluation_id, [parcel_code], figures=figures))


def explanations(
    database: Database, evaluation_id: int, parcel_codes: Sequence[str], *, figures: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the explanations of parcels one by one, in the order given; raises as `explanation` does."""
    codes = iter(parcel_codes)
    while some := list(islice(codes, _AT_ONCE)):
        with database.reading() as connection:
            run = evaluations.get(connection, evaluation_id)
            if run is None:
                raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
            records = _records(connection, run, some, figures=figures)
        for record in records:
            yield public(record) | ({"calculation": calculation(record)} if figures else {})


def _records(connection: Connection, run: RowMapping, codes: Sequence[str], *, figures: bool) -> list[Record]:
    scheme = Scheme.model_validate_json(run["scheme"])
    results = {code: evaluations.results_of(connection, run["id"], code) for code in codes}
    for code in codes:
        if not results[code]["scores"]:
            raise NotFound(
                f"Evaluation {run['id']} has no parcel {code}.", f"评价 {run['id']} 中没有宗地 {code}。"
            )
    if not figures:
        found = _sources(connection, run, {("parcel", code) for code in codes}, nothing("passed_on"))
        return [Record(scheme, dict(run), results[code], None, found) for code in codes]
    frozen = around(partial(snapshot_rows, connection, run["snapshot_hash"]), codes)
    frames = {name: nw.from_native(table.lazy()) for name, table in frozen.items()}
    wide = surroundings(frames, scheme, run["period"])
    found = _sources(connection, run, _keys(wide, scheme), frozen["passed_on"])
    records = []
    for code in codes:
        own = wide.of(code)
        records.append(Record(scheme, dict(run), results[code], own, found.only(_keys(own, scheme))))
    return records


def around(rows: ReadRows, codes: Collection[str]) -> dict[str, pl.DataFrame]:
    """Return the snapshot cut down to parcels, their enterprises and all on which these hold something."""
    metered = rows("parcel_figures", "parcel_code", codes)
    occupied = rows("occupancies", "parcel_code", codes)
    involved = {*occupied["uscc"], *metered["part_of"]} - {"", None}
    occupancies = rows("occupancies", "uscc", involved)
    parts = rows("parcel_figures", "part_of", involved)
    places = {*codes, *occupancies["parcel_code"], *parts["parcel_code"]}
    return {
        "parcels": rows("parcels", "parcel_code", places),
        "contracts": rows("contracts", "parcel_code", codes),
        "enterprises": rows("enterprises", "uscc", involved),
        "occupancies": occupancies,
        "enterprise_figures": rows("enterprise_figures", "uscc", involved),
        "parcel_figures": pl.concat([metered, parts]).unique(),
        "passed_on": rows("passed_on", "into", {*places, *involved}),
        "places": rows("places", "parcel_code", places),
        "firms": rows("firms", "uscc", involved),
    }


def _keys(near: Surroundings, scheme: Scheme) -> set[Key]:
    """The inputs, as `service.evaluation.explain.Sources` names them."""
    read = (*scheme.metrics, *scheme.marks)
    keys: set[Key] = {(kind, row["parcel_code"]) for kind in ("parcel", "contract") for row in near.parcels}
    keys |= {("enterprise", row["uscc"]) for row in near.enterprises}
    keys |= {("rating", row["uscc"]) for row in (*near.enterprises, *near.occupancies)}
    for row in near.occupancies:
        keys.add(("occupancy", row["parcel_code"], row["uscc"], row["role"], row["valid_from"]))
    for row in near.enterprise_figures:
        keys |= {("figure", "enterprise", row["uscc"], "", metric) for metric in read}
    for row in near.parcel_figures:
        keys |= {("figure", "parcel", row["parcel_code"], row["part_of"] or "", metric) for metric in read}
    return keys


def _sources(connection: Connection, run: RowMapping, wanted: set[Key], passed_on: pl.DataFrame) -> Sources:
    """Find the source rows; ``later`` marks what was handed over after the evaluation and took the place.

    ``passed_on`` tells what stands under another code in the snapshot than it was handed over with.
    """
    kinds: dict[str, list[Key]] = {}
    for kind, *key in wanted:
        kinds.setdefault(kind, []).append(tuple(key))
    enterprises = sources.enterprises(connection, {key[0] for key in kinds.get("enterprise", ())})
    holders = {key[1] for key in kinds.get("occupancy", ())}
    moved = dict(passed_on.filter(pl.col("kind") == "parcel").select("code", "into").iter_rows())
    ratings = sources.ratings(connection, run["period"], {key[0] for key in kinds.get("rating", ())})
    found: dict[Key, int] = {}
    for row in sources.parcels(connection, {key[0] for key in kinds.get("parcel", ())}):
        found["parcel", row["code"]] = row["source_row_id"]
    for row in sources.contracts(connection, {key[0] for key in kinds.get("contract", ())}):
        found["contract", row["parcel_code"]] = row["source_row_id"]
    for row in enterprises:
        found["enterprise", row["uscc"]] = row["source_row_id"]
    for row in ratings:
        found["rating", row["uscc"]] = row["source_row_id"]
    for row in sources.occupancies(connection, holders):
        place = (row["parcel_code"], row["uscc"], row["role"], row["valid_from"])
        found["occupancy", *place] = row["source_row_id"]
        if row["parcel_code"] in moved:
            found.setdefault(("occupancy", moved[row["parcel_code"]], *place[1:]), row["source_row_id"])
    for subject in ("enterprise", "parcel"):
        codes = {key[1] for key in kinds.get("figure", ()) if key[0] == subject}
        for row in sources.figures(connection, run["period"], run["as_of_batch"], subject, codes):
            figure = (subject, row["subject_code"], row["part_of"], row["metric"])
            found["figure", *figure] = row["source_row_id"]
    for row in built.sources(connection, {key[0] for key in kinds.get("parcel", ())}):
        found["building", row["parcel_code"], row["code"]] = row["source_row_id"]
    found |= _readings(connection, run, wanted - found.keys())
    passed, amounts = _passed_on(connection, run, passed_on)
    found |= passed
    inputs = {key: row_id for key, row_id in found.items() if key in wanted or key[0] in _PARTS}
    rows = {
        row_id: row | {"later": row["batch_id"] > run["as_of_batch"]}
        for row_id, row in sources.rows(connection, inputs.values()).items()
    }
    names: Mapping[str, str | None] = {row["uscc"]: row["name"] for row in enterprises}
    ratings_of = {row["uscc"]: row for row in ratings}
    return Sources(rows, inputs, names, ratings_of, amounts)


def _passed_on(
    connection: Connection, run: RowMapping, passed_on: pl.DataFrame
) -> tuple[dict[Key, int], dict[Key, int]]:
    """Return rows and amounts of the figures that stand under another code, as `Sources` names them."""
    rows: dict[Key, int] = {}
    amounts: dict[Key, int] = {}
    for kind in ("enterprise", "parcel"):
        into = dict(passed_on.filter(pl.col("kind") == kind).select("code", "into").iter_rows())
        for row in sources.figures(connection, run["period"], run["as_of_batch"], kind, into):
            code = row["subject_code"]
            key: Key = ("passed", kind, into[code], row["part_of"], row["metric"], code)
            rows[key], amounts[key] = row["source_row_id"], row["value"]
    return rows, amounts


def _readings(connection: Connection, run: RowMapping, wanted: set[Key]) -> dict[Key, int]:
    """Return the rows of the readings that make the figures which nobody reported as they are."""
    figures = {key[1:] for key in wanted if key[0] == "figure"}
    parcels = {code for kind, code, *_ in figures if kind == "parcel"}
    firms = {code for kind, code, *_ in figures if kind == "enterprise"}
    found: dict[Key, int] = {}
    for row in metered.sources(connection, run["period"], run["as_of_batch"], parcels, firms):
        for figure in (
            ("parcel", row["parcel_code"], row["uscc"], row["metric"]),
            ("enterprise", row["uscc"], "", row["metric"]),
        ):
            if figure in figures:
                found["reading", *figure, row["meter"]] = row["source_row_id"]
    return found
