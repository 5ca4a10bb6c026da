"""The study from beginning to end: from contracts and years to the report and the columns of the layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from service.levers.contracts import columns
from service.levers.contracts.attainment import Year, attainment
from service.levers.contracts.bases import bases
from service.levers.contracts.breaches import breaches, not_allowed, not_read, per_parcel
from service.levers.contracts.delays import IMPLAUSIBLE, NOT_STATED, delays, undecided
from service.levers.contracts.permissions import MATTERS, permissions, with_first_transfer
from service.levers.contracts.production import production
from service.levers.promises import with_due_days
from service.levers.report import Report, Section, Total
from service.reference.contracts import ContractRules

PARCEL_COLUMNS = columns.PARCEL


@dataclass(frozen=True, eq=False)
class Study:
    """What was found: a row for every parcel, for the layer, and the report."""

    parcels: pl.DataFrame
    report: Report


def study(
    parcels: pl.DataFrame,
    contracts: pl.DataFrame,
    years: Sequence[Year],
    heights: pl.DataFrame,
    rules: ContractRules,
    head: Mapping[str, Any],
    as_of: date,
) -> Study:
    """Work the study out.

    :param parcels: ``parcel_code``, ``town`` and ``industry`` of the parcels that are looked at
    :param contracts: of `service.levers.contracts.CONTRACTS`
    :param years: the evaluated year first, then those before
    :param heights: ``parcel_code`` and ``height_m`` of the highest building
    :param as_of: to this day is counted what is still open
    """
    here = contracts.join(parcels, on="parcel_code", how="semi")
    dated = with_due_days(here, rules)
    attained = attainment(dated, years, heights, rules)
    newest = attained.filter(pl.col("period") == str(years[0].period))
    reached = production(dated, attained, years[0].period, as_of)
    built = years[0].parcels.select("parcel_code", "far")
    late = delays(dated, built, reached, as_of)
    trades = parcels.select("parcel_code", "industry")
    found = breaches(newest, late, not_allowed(here, trades))
    unknown = pl.concat(
        [undecided(dated, built, reached, as_of), not_read(here, trades)], how="diagonal"
    ).with_columns(pl.col("reason").replace_strict(columns.REASONS, return_dtype=pl.String).alias("detail"))
    allowed = permissions(parcels.select("parcel_code", "town"), here)
    allowed = with_first_transfer(allowed, here, newest, rules.first_transfer.value)
    of_parcels = _of_parcels(allowed, found, newest)
    towns, numbers = parcels.select("parcel_code", "town"), here.select("parcel_code", "contract_number")
    report = Report(
        "contracts",
        ("Study of grant contracts", "出让合同研判"),
        {**head, "as_of": as_of.isoformat()},
        (
            Section(
                "breaches",
                ("Breaches", "违约事项"),
                "contract_breaches",
                columns.BREACH,
                _table(_beside(_beside(found, towns), numbers), columns.BREACH),
                _breach_totals(found, of_parcels),
            ),
            Section(
                "undecided",
                ("Due, but not known", "到期但无法判定"),
                "contract_undecided",
                columns.UNDECIDED,
                _table(_beside(_beside(unknown, towns), numbers), columns.UNDECIDED),
                (Total("undecided", ("Due, but not known", "到期但无法判定"), unknown.height, "项"),),
            ),
            Section(
                "attainment",
                ("Attainment", "履约达成"),
                "contract_attainment",
                columns.ATTAINMENT,
                _table(_beside(attained, towns), columns.ATTAINMENT),
                _attainment_totals(newest),
            ),
            Section(
                "permissions",
                ("What contracts allow", "合同允许事项"),
                "contract_permissions",
                columns.PERMISSION,
                _table(allowed, columns.PERMISSION),
                _permission_totals(allowed),
            ),
        ),
        bases(rules),
    )
    return Study(of_parcels, report)


def _of_parcels(allowed: pl.DataFrame, found: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    told = _beside(allowed, per_parcel(found))
    for name in ("tax", "output"):
        of_clause = newest.filter(pl.col("clause") == f"{name}_per_mu")
        told = _beside(
            told, of_clause.select("parcel_code", pl.col("attainment").alias(f"{name}_attainment"))
        )
    none = pl.when("has_contract").then(pl.col("breaches").fill_null(0))
    return _table(told.with_columns(none.alias("breaches")), columns.PARCEL)


def _beside(table: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return table.join(other, on="parcel_code", how="left", maintain_order="left")


def _table(table: pl.DataFrame, properties: Sequence[Any]) -> pl.DataFrame:
    return table.select(each.name for each in properties)


def _breach_totals(found: pl.DataFrame, of_parcels: pl.DataFrame) -> tuple[Total, ...]:
    fen = found["penalty_fen"].drop_nulls()
    short = found.filter(pl.col("clause") == "tax_per_mu")["shortfall_total_wan_yuan"]
    with_any = int((of_parcels["breaches"].fill_null(0) > 0).sum())
    return (
        Total("breaches", ("Breaches", "违约事项"), found.height, "项"),
        Total("parcels_in_breach", ("Parcels with a breach", "违约宗地"), with_any, "宗"),
        Total(
            "tax_shortfall_wan_yuan",
            ("Tax short of promises", "税收差额"),
            round(float(short.sum()), 6) if len(short) else 0.0,
            "万元",
        ),
        Total("penalty_fen", ("Penalties that contracts state", "合同违约金"), sum(fen.to_list()), "分"),
        Total(
            "penalty_not_stated",
            ("Delays without a stated penalty", "未载明违约金的逾期"),
            int((found["penalty"] == NOT_STATED).sum()),
            "项",
        ),
        Total(
            IMPLAUSIBLE,
            ("Penalties above the price itself, not counted", "违约金超过出让价款，未计入"),
            int((found["penalty"] == IMPLAUSIBLE).sum()),
            "项",
        ),
    )


def _attainment_totals(newest: pl.DataFrame) -> tuple[Total, ...]:
    due = newest.filter(pl.col("due").fill_null(False))
    return (
        Total("promises", ("Promises of the year", "本年约定事项"), newest.height, "项"),
        Total("promises_due", ("Of these due", "其中到期"), due.height, "项"),
        Total("promises_kept", ("Due and kept", "到期已履约"), int(due["kept"].fill_null(False).sum()), "项"),
        Total(
            "promises_unknown",
            ("Due, but not known", "到期但无法判定"),
            int(due["kept"].is_null().sum()),
            "项",
        ),
    )


def _permission_totals(allowed: pl.DataFrame) -> tuple[Total, ...]:
    without = int((~allowed["has_contract"]).sum())
    unknown = [
        Total(
            f"{matter}_unknown",
            (f"{title[0]}: not known", f"{title[1]}未知"),
            int((allowed[matter] == "unknown").sum()),
            "宗",
        )
        for matter, title in MATTERS.items()
    ]
    return (
        Total("parcels", ("Parcels", "宗地"), allowed.height, "宗"),
        Total("without_contract", ("Without a contract", "无合同"), without, "宗"),
        *unknown,
    )
