"""Meters (计量表): tenants' against landlord's, one meter in two places, shares that do not add up."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from service.domain.quality import Amount, Rules
from service.quality.findings import Finding, Subject, of_rows
from service.quality.tables import Tables

_LISTED = 20
"""Meters that a finding names; it counts all."""


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield what is wrong with the meters that measure something in the period."""
    meters = tables["meters"].filter(
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= tables.first_day),
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= tables.last_day),
    )
    meters = meters.with_columns(key=pl.concat_str("kind", "meter", separator=":"))
    yield from _sets(meters, tables)
    yield from _places(meters, tables)
    yield from _shares(meters, tables, rules)
    nobody = meters.group_by("key").agg(
        pl.col("uscc").is_null().all().alias("nobody"), pl.col("parcel_code").drop_nulls().min()
    )
    yield from of_rows(
        "meter_without_enterprise",
        nobody.filter("nobody"),
        kind="meter",
        subject="key",
        other=("parcel", "parcel_code"),
        period=tables.period,
        outlines=tables.outlines,
    )


def _sets(meters: pl.DataFrame, tables: Tables) -> Iterator[Finding]:
    """On a parcel that is let, the meters of the tenants should be those of the landlord."""
    held = tables.held()
    sides = {
        side: held.filter(pl.col("role") == role).select("parcel_code", "uscc").unique()
        for side, role in (("landlord", "leased_out"), ("tenants", "leased_in"))
    }
    let = sides["landlord"].join(sides["tenants"], on="parcel_code", how="semi")
    parcels = set(
        let.select("parcel_code").join(tables["parcels"], on="parcel_code", how="semi")["parcel_code"]
    )
    sets: dict[str, dict[str, set[str]]] = {}
    for side, of_side in sides.items():
        of = meters.join(of_side, on=["parcel_code", "uscc"], how="semi")
        for parcel, key in of.select("parcel_code", "key").iter_rows():
            sets.setdefault(parcel, {"landlord": set(), "tenants": set()})[side].add(key)
    for parcel in sorted(parcels & sets.keys()):
        landlord, tenants = sets[parcel]["landlord"], sets[parcel]["tenants"]
        if landlord != tenants:
            measured: dict[str, Amount] = {
                "landlord_only": len(landlord - tenants),
                "tenants_only": len(tenants - landlord),
                "landlord_only_meters": _joined(landlord - tenants),
                "tenants_only_meters": _joined(tenants - landlord),
            }
            yield Finding(
                "meter_sets_differ",
                Subject("parcel", parcel),
                measured,
                period=tables.period,
                geometry=tables.outlines.get(parcel),
            )


def _joined(keys: set[str]) -> str:
    named = sorted(keys)
    return "、".join(named[:_LISTED]) + ("…" if len(named) > _LISTED else "") or "–"


def _places(meters: pl.DataFrame, tables: Tables) -> Iterator[Finding]:
    """A meter hangs in one place at a time."""
    stays = (
        meters.drop_nulls("parcel_code")
        .group_by("key", "parcel_code")
        .agg(
            pl.col("valid_from").fill_null(date.min).min().alias("start"),
            pl.col("valid_to").fill_null(date.max).max().alias("end"),
        )
        .sort("key", "start", "parcel_code")
    )
    before = stays.select("key", pl.all().exclude("key").shift(1).over("key").name.suffix("_before"))
    rows = pl.concat([stays, before.drop("key")], how="horizontal")
    rows = rows.filter(pl.col("parcel_code_before").is_not_null(), pl.col("end_before") >= pl.col("start"))
    ordered = rows.select(
        "key",
        first=pl.min_horizontal("parcel_code", "parcel_code_before"),
        second=pl.max_horizontal("parcel_code", "parcel_code_before"),
    )
    yield from of_rows(
        "meter_at_two_parcels",
        ordered.rename({"first": "first_parcel", "second": "second_parcel"}),
        ("first_parcel", "second_parcel"),
        kind="meter",
        subject="key",
        other=("parcel", "first_parcel"),
        period=tables.period,
        outlines=tables.outlines,
        place="first_parcel",
    )


def _shares(meters: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    """On every day a meter's shares make one; a firm without a share, where it is not alone, has none."""
    tolerated = rules.tolerance("meter_shares_not_one", "share")
    counted = meters.with_columns(rows=pl.len().over("key"))
    alone = counted.filter(pl.col("rows") == 1, (pl.col("share") - 1).abs() > tolerated)
    shared = counted.filter(pl.col("rows") > 1).sort("key")
    wrong = {row["key"]: (row["share"], row["parcel_code"]) for row in alone.iter_rows(named=True)}
    missing: dict[str, tuple[int, str | None]] = {}
    for (key,), group in shared.group_by("key", maintain_order=True):
        rows = group.sort("parcel_code", "uscc").to_dicts()
        starts = {max(row["valid_from"] or tables.first_day, tables.first_day) for row in rows}
        for day in sorted(starts):
            active = [
                row for row in rows if (row["valid_from"] or date.min) <= day <= (row["valid_to"] or date.max)
            ]
            shares = [row["share"] for row in active]
            place = next((row["parcel_code"] for row in active if row["parcel_code"]), None)
            without = sum(share is None for share in shares)
            if without and len(active) > 1:
                missing.setdefault(str(key), (without, place))
            elif not without and abs(sum(shares) - 1) > tolerated:
                wrong.setdefault(str(key), (sum(shares), place))
    for key, (total, place) in wrong.items():
        yield _of_meter("meter_shares_not_one", key, place, {"total": total}, tables)
    for key, (without, place) in missing.items():
        yield _of_meter("meter_share_missing", key, place, {"without_share": without}, tables)


def _of_meter(code: str, key: str, place: str | None, measured: dict[str, Amount], tables: Tables) -> Finding:
    return Finding(
        code,
        Subject("meter", key),
        measured,
        Subject("parcel", place) if place else None,
        period=tables.period,
        geometry=tables.outlines.get(place or ""),
    )
