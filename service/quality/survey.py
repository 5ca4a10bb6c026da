"""The land-enterprise survey (地企调查): tenants against landlord, occupants against the parcel.

Areas are averages over the period: an area times the days for which it is held, by the days of the period.
Who states no area cannot be summed, and then nothing is said of the parcel.
"""

from collections.abc import Iterator

import polars as pl

from service.domain.quality import Rules
from service.quality.findings import Finding, of_rows
from service.quality.tables import Tables

_AREAS = ("floor", "land")


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield what tenants, landlords and the parcel say differently of floor and land."""
    held = tables.held().join(tables["parcels"].select("parcel_code"), on="parcel_code", how="semi")
    sums = _sums(held, tables.days)
    yield from _let(sums, tables, rules)
    yield from _occupied(sums, tables, rules)
    yield from _let_by_each(held, tables, rules)


def _average(role: str, area: str, days: int) -> pl.Expr:
    """The area of a role, averaged over the period; null where somebody states none."""
    is_role, amount = pl.col("role") == role, pl.col(f"{area}_area_m2")
    total = (amount * pl.col("days")).filter(is_role).sum() / days
    return pl.when(amount.filter(is_role).is_not_null().all()).then(total)


def _sums(held: pl.DataFrame, days: int) -> pl.DataFrame:
    """Per parcel: how many tenants and landlords there are, and their areas by role."""
    roles = ("own", "leased_in", "leased_out")
    return held.group_by("parcel_code").agg(
        *((pl.col("role") == role).sum().alias(role) for role in roles),
        *(_average(role, area, days).alias(f"{role}_{area}") for role in roles for area in _AREAS),
    )


def _let(sums: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    let, rented = pl.col("leased_out") > 0, pl.col("leased_in") > 0
    yield from of_rows(
        "tenants_without_landlord",
        sums.filter(rented & ~let).select("parcel_code", tenants="leased_in"),
        ("tenants",),
        period=tables.period,
        outlines=tables.outlines,
    )
    yield from of_rows(
        "landlord_without_tenants",
        sums.filter(let & ~rented).select("parcel_code", landlords="leased_out"),
        ("landlords",),
        period=tables.period,
        outlines=tables.outlines,
    )
    for area in _AREAS:
        code = f"tenants_{area}_differs"
        both = sums.filter(let & rented).select(
            "parcel_code",
            tenants_area_m2=f"leased_in_{area}",
            landlord_area_m2=f"leased_out_{area}",
        )
        off = (pl.col("tenants_area_m2") - pl.col("landlord_area_m2")).abs()
        largest = pl.max_horizontal("tenants_area_m2", "landlord_area_m2")
        both = both.with_columns(difference_m2=off).filter(
            off > rules.tolerance(code, "area_m2"), off > rules.tolerance(code, "share") * largest
        )
        measured = ("tenants_area_m2", "landlord_area_m2", "difference_m2")
        yield from of_rows(code, both, measured, period=tables.period, outlines=tables.outlines)


def _occupied(sums: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    """What everybody holds together, own + leased in − leased out, against the parcel."""
    land = pl.coalesce("registered_area_m2", "geodesic_area_m2")
    rows = sums.join(
        tables["parcels"].select("parcel_code", parcel_floor="floor_area_m2", parcel_land=land),
        on="parcel_code",
    )
    for area in _AREAS:
        total = pl.col(f"own_{area}") + pl.col(f"leased_in_{area}") - pl.col(f"leased_out_{area}")
        whole = pl.col(f"parcel_{area}")
        found = rows.select("parcel_code", occupied_area_m2=total, parcel_area_m2=whole)
        difference = pl.col("occupied_area_m2") - pl.col("parcel_area_m2")
        found = found.filter(pl.col("parcel_area_m2") > 0).with_columns(difference_m2=difference.abs())
        for code, off in (
            (f"occupied_{area}_exceeds_parcel", difference),
            (f"occupied_{area}_below_parcel", -difference),
        ):
            too_much = found.filter(
                off > rules.tolerance(code, "area_m2"),
                off > rules.tolerance(code, "share") * pl.col("parcel_area_m2"),
            )
            measured = ("occupied_area_m2", "parcel_area_m2", "difference_m2")
            yield from of_rows(code, too_much, measured, period=tables.period, outlines=tables.outlines)


def _let_by_each(held: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Who lets more than it holds."""
    code = "leased_out_exceeds"
    sums = held.group_by("parcel_code", "uscc").agg(
        (pl.col("role") == "leased_out").any().alias("lets"),
        *(
            _average(role, area, tables.days).alias(f"{role}_{area}")
            for role in ("own", "leased_in", "leased_out")
            for area in _AREAS
        ),
    )
    for area in _AREAS:
        rows = sums.filter("lets").select(
            "parcel_code",
            "uscc",
            held_area_m2=pl.col(f"own_{area}") + pl.col(f"leased_in_{area}"),
            let_area_m2=f"leased_out_{area}",
            kind=pl.lit(area),
        )
        excess = pl.col("let_area_m2") - pl.col("held_area_m2")
        yield from of_rows(
            code,
            rows.filter(excess > rules.tolerance(code, "area_m2")),
            ("kind", "let_area_m2", "held_area_m2"),
            kind="enterprise",
            subject="uscc",
            other=("parcel", "parcel_code"),
            period=tables.period,
            outlines=tables.outlines,
        )
