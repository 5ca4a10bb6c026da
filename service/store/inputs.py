"""What an evaluation reads of a district, as the store has it now.

The enterprises that concern a district are those that hold a parcel of it, those with a figure for one of its
parcels, and those that have figures but hold no parcel that is known anywhere. They come with all their
holdings, also those in other districts, so that nothing of what belongs there is placed here.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, true

from service.domain.tables import KEYS, PROMISES, read_columns
from service.reference.tables import unit_table
from service.store import built, lineage, metered
from service.store.branches import heads, passed_on
from service.store.frames import TYPES, frame
from service.store.models import Batch, Branch, Enterprise, Figure, GrantContract, Occupancy, Parcel
from service.store.numbering import numbered

PROMISED: Mapping[str, str] = MappingProxyType(
    {
        "tax_per_mu": "tax_wan_yuan_per_mu",
        "output_per_mu": "output_wan_yuan_per_mu",
        "investment_per_mu": "investment_wan_yuan_per_mu",
        "energy_per_output": "energy_tce_per_wan_yuan",
        "far": "far",
        "coverage": "coverage",
    }
)
"""Promise → the column of the grant contract that keeps it, in the unit of `PROMISES`."""

_AREAS = {name: f"{name}_m2" for name in read_columns("parcels") if name.endswith("_area")}
_SQUARE_METRE, _MILLIONTH = 100, 1_000_000  # minor units in one


class _Scope(NamedTuple):
    """What is read; in a store of one district nothing needs to be sorted out by the database.

    Nor can it be where parcels have other codes now than hand-overs say.
    """

    connection: Connection
    district: str
    is_only: bool
    land: lineage.Land

    @property
    def is_all(self) -> bool:
        """Whether everything is fetched, and sorted out afterwards."""
        return self.is_only or not self.land.is_unchanged


class _Year(NamedTuple):
    """A year: one row per enterprise, with ``handed_over_here``; the figures of parcels as reported."""

    totals: pl.DataFrame
    metered: pl.DataFrame
    branches: pl.DataFrame
    """Those that passed their figures on, with their ``head``."""


def read(
    connection: Connection, district: str, period: str, *, year_before: bool = False
) -> dict[str, pl.DataFrame]:
    """Return the tables of `service.domain.tables.SNAPSHOT` in canonical order, with figures in effect.

    :param connection: of `service.store.database.Database.reading`
    :param year_before: also read the figures of the year before; their tables are empty otherwise
    """
    others = select(exists().where(Parcel.district != district))
    is_only = not connection.execute(others).scalar_one()
    scope = _Scope(connection, district, is_only, lineage.land(connection, period))
    parcels, held = _parcels(scope), _occupancies(scope)
    places = _places(scope, parcels)
    years = [_year(scope, period, places)]
    if year_before:
        years.append(_year(scope, str(int(period) - 1), places))
    contracts, enterprises = _contracts(scope), _enterprises(scope)
    held = _placed(held, places)
    placed_elsewhere = _holders_elsewhere(scope) if scope.land.is_unchanged else held.filter("elsewhere")
    placed_elsewhere = placed_elsewhere.select("uscc")
    members = [held.filter("here").select("uscc")]
    for year in years:
        homeless = year.totals.filter("handed_over_here").select("uscc")
        members.append(homeless.join(placed_elsewhere, on="uscc", how="anti"))
        members.append(year.metered.filter(pl.col("here"), pl.col("part_of") != "").select(uscc="part_of"))
    concerned = pl.concat(members).unique()

    tables = {
        "parcels": parcels,
        "contracts": contracts.join(parcels, on="parcel_code", how="semi"),
        "enterprises": enterprises.join(concerned, on="uscc", how="semi"),
        "occupancies": held.join(concerned, on="uscc", how="semi").select(*read_columns("occupancies")),
        "passed_on": _passed_on(scope, years, concerned),
    }
    for suffix, found in zip(("", "_before"), years, strict=False):
        tables[f"enterprise_figures{suffix}"] = _of_enterprises(found.totals, concerned)
        tables[f"parcel_figures{suffix}"] = _of_parcels(found.metered, concerned)
    for name in ("enterprise_figures_before", "parcel_figures_before"):
        tables.setdefault(name, nothing(name))
    return numbered({name: _in_order(table, KEYS[name]) for name, table in tables.items()})


def nothing(table: str) -> pl.DataFrame:
    """Return a table of the snapshot without any row."""
    return pl.DataFrame(schema={name: TYPES[kind] for name, kind in read_columns(table).items()})


def _in_order(table: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    # half the time of sort(), which carries every column along
    return table[table.select(pl.arg_sort_by(keys, nulls_last=True)).to_series()]


def _scaled(column: str, per_unit: int) -> pl.Expr:
    """A double as a whole number of minor units; stored values are decimals, only their form is binary."""
    return (pl.col(column) * per_unit + 0.5).floor().cast(pl.Int64)


def _parcels(scope: _Scope) -> pl.DataFrame:
    texts = dict.fromkeys(("parcel_code", "town", "land_use"), "str")
    numbers = {**dict.fromkeys(_AREAS, _SQUARE_METRE), "far": _MILLIONTH, "far_limit": _MILLIONTH}
    measures = (getattr(Parcel, _AREAS.get(name, name)) for name in numbers)
    query = select(Parcel.code, Parcel.town, Parcel.land_use, *measures)
    found = frame(
        scope.connection,
        query.where(Parcel.district == scope.district),
        {**texts, **dict.fromkeys(numbers, "float")},
    )
    on_it = built.built(scope.connection, scope.district)
    if not on_it.is_empty():
        found = found.join(on_it, on="parcel_code", how="left", suffix="_built").with_columns(
            pl.coalesce(name, f"{name}_built") for name in ("floor_area", "footprint_area")
        )
    found = found.filter(~pl.col("parcel_code").is_in(list(scope.land.absent)))
    return found.with_columns(*(_scaled(*number) for number in numbers.items())).select(
        *read_columns("parcels")
    )


def _places(scope: _Scope, parcels: pl.DataFrame) -> pl.DataFrame:
    """All parcels that are known, and whether they lie here."""
    places = parcels.select("parcel_code", here=pl.lit(True))
    if scope.is_only:
        return places
    others = frame(
        scope.connection, select(Parcel.code).where(Parcel.district != scope.district), {"parcel_code": "str"}
    )
    others = others.filter(~pl.col("parcel_code").is_in(list(scope.land.absent)))
    return pl.concat([places, others.select("parcel_code", here=pl.lit(False))])


def _placed(table: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """With the flags ``here`` and ``elsewhere``; a parcel that nobody knows is neither."""
    return table.join(places, on="parcel_code", how="left").with_columns(
        pl.col("here").fill_null(False), elsewhere=~pl.col("here").fill_null(True)
    )


def _contracts(scope: _Scope) -> pl.DataFrame:
    dates = (GrantContract.signed_on, GrantContract.complete_by, GrantContract.completed_on)
    promises = (getattr(GrantContract, PROMISED[name]) for name in PROMISES)
    here = select(Parcel.code).where(Parcel.district == scope.district)
    query = select(GrantContract.parcel_code, *dates, *promises)
    found = frame(
        scope.connection,
        query.where(true() if scope.is_only else GrantContract.parcel_code.in_(here)),
        {name: "float" if name in PROMISES else kind for name, kind in read_columns("contracts").items()},
    )
    return found.with_columns(*(_scaled(name, per_unit) for name, (_, per_unit) in PROMISES.items()))


def _holders_here(district: str) -> Any:
    holders = select(Occupancy.uscc).join(Parcel, Parcel.code == Occupancy.parcel_code)
    return holders.where(Parcel.district == district)


def _concerns(scope: _Scope, uscc: Any) -> ColumnElement[bool]:
    """Which enterprises to fetch at all: a few too many are sorted out afterwards."""
    if scope.is_all:
        return true()
    metered = select(Figure.part_of).join(Parcel, Parcel.code == Figure.subject_code)
    metered = metered.where(Parcel.district == scope.district, Figure.part_of != "")
    anywhere = exists().where(Occupancy.uscc == uscc, Parcel.code == Occupancy.parcel_code)
    of_branches = uscc.in_(select(Branch.uscc))  # whose head office may be here
    return or_(uscc.in_(_holders_here(scope.district)), uscc.in_(metered), ~anywhere, of_branches)


def _is_elsewhere(scope: _Scope, parcel_code: Any) -> ColumnElement[bool]:
    return exists().where(Parcel.code == parcel_code, Parcel.district != scope.district)


def _enterprises(scope: _Scope) -> pl.DataFrame:
    query = select(Enterprise.uscc, Enterprise.industry, Enterprise.above_scale, Enterprise.registered_on)
    known = _concerns(scope, Enterprise.uscc)
    return frame(scope.connection, query.where(known), read_columns("enterprises"))


def _occupancies(scope: _Scope) -> pl.DataFrame:
    """Holdings here, of unknown parcels, and of the holders here elsewhere."""
    concerns = or_(
        ~_is_elsewhere(scope, Occupancy.parcel_code), Occupancy.uscc.in_(_holders_here(scope.district))
    )
    query = select(
        Occupancy.parcel_code,
        Occupancy.uscc,
        Occupancy.role,
        Occupancy.floor_area_m2,
        Occupancy.land_area_m2,
        Occupancy.electricity_kwh,
        Occupancy.manual_share,
        Occupancy.valid_from,
        Occupancy.valid_to,
    )
    numbers = {
        "floor_area": _SQUARE_METRE,
        "land_area": _SQUARE_METRE,
        "electricity": unit_table().metrics["electricity"].minor_per_unit,
        "manual_share": _MILLIONTH,
    }
    columns = {
        name: "float" if name in numbers else kind for name, kind in read_columns("occupancies").items()
    }
    del columns["elsewhere"]
    found = frame(scope.connection, query.where(true() if scope.is_all else concerns), columns)
    found = found.with_columns(*(_scaled(*number) for number in numbers.items()))
    return lineage.moved(found, scope.land, ["uscc", "role", "valid_from"], list(numbers))


def _holders_elsewhere(scope: _Scope) -> pl.DataFrame:
    if scope.is_only:
        return pl.DataFrame(schema={"uscc": pl.String})
    query = select(Occupancy.uscc).join(Parcel, Parcel.code == Occupancy.parcel_code)
    return frame(scope.connection, query.where(Parcel.district != scope.district).distinct(), {"uscc": "str"})


def _year(scope: _Scope, period: str, places: pl.DataFrame) -> _Year:
    """Read the figures in effect of a year, of every enterprise and parcel that may concern the district."""
    of_parcel = Figure.subject_kind == "parcel"
    concerns = or_(
        and_(~of_parcel, _concerns(scope, Figure.subject_code)),
        and_(of_parcel, or_(Figure.part_of != "", ~_is_elsewhere(scope, Figure.subject_code))),
    )
    query = select(
        of_parcel, Figure.subject_code, Figure.part_of, Figure.metric, Figure.value, Figure.batch_id
    ).where(
        Figure.period == period,
        Figure.superseded_by.is_(None),
        Figure.subject_kind != metered.SUBJECT,
        true() if scope.is_all else concerns,
    )
    columns = {"of_parcel": "bool", "code": "str", "part_of": "str", "metric": "str"}
    figures = frame(scope.connection, query, {**columns, "value": "int", "batch_id": "int"})
    figures = _handed_over(scope, figures)
    totals = figures.filter(~pl.col("of_parcel")).drop("of_parcel", "part_of").rename({"code": "uscc"})
    parts = figures.filter("of_parcel").drop("of_parcel").rename({"code": "parcel_code"})
    read = _handed_over(scope, metered.readings(scope.connection, period))
    if not read.is_empty():
        given = metered.placed(read, metered.meters(scope.connection), period)
        totals = pl.concat([totals, metered.of_enterprises(given, totals)], how="diagonal")
        parts = pl.concat([parts, metered.of_parcels(given, parts)], how="diagonal")
    parts = parts.with_columns(pl.col("part_of").fill_null(""))
    parts = lineage.moved(parts, scope.land, ["part_of", "metric"], ["value"])
    totals, branched = passed_on(totals, heads(scope.connection, period, parts))
    return _Year(_wide(totals, ["uscc"], pl.col("handed_over_here").any()), _placed(parts, places), branched)


def _passed_on(scope: _Scope, years: Sequence[_Year], concerned: pl.DataFrame) -> pl.DataFrame:
    """Tell whose figures stand under another code."""
    of_branches = (
        pl.concat([year.branches for year in years]).unique().rename({"head": "into", "uscc": "code"})
    )
    of_branches = of_branches.join(concerned, left_on="into", right_on="uscc", how="semi")
    of_parcels = scope.land.moves.select("into", pl.col("parcel_code").alias("code"))
    columns = read_columns("passed_on")
    return pl.concat(
        [
            of_branches.with_columns(kind=pl.lit("enterprise")).select(*columns),
            of_parcels.with_columns(kind=pl.lit("parcel")).select(*columns),
        ]
    )


def _handed_over(scope: _Scope, figures: pl.DataFrame) -> pl.DataFrame:
    """Add ``handed_over_here``; what has no place is of the district it was handed over for, or of all."""
    for_here = or_(Batch.district.is_(None), Batch.district == "", Batch.district == scope.district)
    batches = frame(scope.connection, select(Batch.id).where(for_here), {"id": "int"})["id"]
    return figures.with_columns(handed_over_here=pl.col("batch_id").is_in(batches.implode())).drop("batch_id")


def _of_enterprises(totals: pl.DataFrame, concerned: pl.DataFrame) -> pl.DataFrame:
    table = totals.drop("handed_over_here").join(concerned, on="uscc", how="semi")
    reported = [column.name for column in table if column.null_count() < table.height]
    return table.select("uscc", *(name for name in reported if name != "uscc"))


def _of_parcels(metered: pl.DataFrame, concerned: pl.DataFrame) -> pl.DataFrame:
    members = concerned.select(part_of="uscc", of_member=pl.lit(True))
    unknown_here = ~pl.col("here") & ~pl.col("elsewhere") & pl.col("handed_over_here")
    shown = pl.col("here") | pl.col("of_member").is_not_null() | unknown_here
    reported = metered.join(members, on="part_of", how="left").filter(shown)
    return _wide(reported, list(read_columns("parcel_figures")))


def _wide(figures: pl.DataFrame, keys: list[str], *more: pl.Expr) -> pl.DataFrame:
    """One row per subject, one column per metric that anybody reported, in the order of their codes."""
    metrics = figures["metric"].unique().drop_nulls().sort()
    of_metric = (pl.col("value").filter(pl.col("metric") == name).first().alias(name) for name in metrics)
    return figures.group_by(keys).agg(*more, *of_metric)
