"""The report on a differential price: who pays what, why, per month; what is unplaced, displaced, missing."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from service.levers.prices import tables
from service.levers.prices.columns import COLUMNS
from service.levers.prices.result import Priced
from service.levers.report import Basis, Report, Section, Total
from service.reference.prices import PricePolicy

_TITLES = {
    "firms": ("Firms", "企业"),
    "parcels": ("Parcels in a tier", "加价宗地"),
    "months": ("Months", "月份"),
    "charges": ("Charges line by line", "逐笔明细"),
    "displaced": ("Lines with other surcharges", "就高不叠加"),
    "postings": ("What deciding would post", "待记账差额"),
    "unplaced": ("Electricity that reaches nobody", "未能归户电量"),
    "missing": ("No reading, or held back", "缺读数或暂不加价"),
}

_ROUNDING = "Wh × 1e-6 yuan/kWh, each line half up to a fen"


def report(
    priced: Priced, head: Mapping[str, Any], towns: Mapping[str, str | None], names: Mapping[str, str]
) -> Report:
    """Return the report.

    :param head: of the evaluation
    :param towns: parcel code → town
    :param names: USCC → name
    """
    rows = {
        "firms": tables.firms(priced, names),
        "parcels": tables.parcels(priced, towns),
        "months": tables.months(priced),
        "charges": tables.charges(priced, names),
        "displaced": tables.displaced(priced),
        "postings": tables.postings(priced),
        "unplaced": tables.unplaced(priced),
        "missing": tables.missing(priced, names),
    }
    totals = _totals(priced)
    return Report(
        "prices",
        ("Differential electricity price", "差别化电价"),
        {
            **head,
            "policy": f"{priced.policy.name} {priced.policy.edition}",
            "months": f"{priced.months[0]}…{priced.months[-1]}",
        },
        tuple(_section(name, table, totals.get(name, ())) for name, table in rows.items()),
        tuple(_bases(priced.policy)),
    )


def _section(name: str, rows: pl.DataFrame, totals: tuple[Total, ...]) -> Section:
    return Section(name, _TITLES[name], f"price_{name}", COLUMNS[name], rows, totals)


def _totals(priced: Priced) -> dict[str, tuple[Total, ...]]:
    charges, placed = priced.charges, priced.placed
    left = sum(each.wh for each in placed.unplaced)
    posted = sum(each.amount_fen for each in priced.posted.values())
    amount = sum(each.amount_fen for each in charges)
    displaced = sum(tables.displaced_fen(each) for each in charges)
    return {
        "firms": (
            Total("total_yuan", ("To be charged", "应收合计"), tables.yuan(amount), "元"),
            Total(
                "total_kwh", ("Electricity", "用电量合计"), tables.kwh(sum(c.line.wh for c in charges)), "kWh"
            ),
        ),
        "parcels": (Total("total_parcels", ("Parcels", "宗地数"), len(priced.standings)),),
        "displaced": (
            Total("total_displaced_yuan", ("Not charged", "因就高未加价"), tables.yuan(displaced), "元"),
        ),
        "postings": (
            Total("total_posted_yuan", ("Posted already", "已记账"), tables.yuan(posted), "元"),
            Total("total_change_yuan", ("Difference", "差额"), tables.yuan(amount - posted), "元"),
        ),
        "unplaced": (Total("total_unplaced_kwh", ("Unplaced", "未归户"), tables.kwh(left), "kWh"),),
        "missing": (
            Total("total_missing", ("Without a reading", "缺读数"), len(placed.missing)),
            Total("total_held_back", ("Held back", "暂不加价"), len(priced.held_back)),
        ),
    }


def _bases(policy: PricePolicy) -> Iterator[Basis]:
    def basis(code: str, title: tuple[str, str], value: str) -> Basis:
        return Basis(code, title, value, policy.source, policy.verified, f"{policy.name} {policy.edition}")

    begins, ends = policy.valid_from or "? 未知", policy.valid_to or "…"
    yield basis("document", ("Document", "文件"), policy.document)
    yield basis(
        "jurisdiction", ("Holds in", "适用区域"), f"{policy.jurisdiction.zh} {policy.jurisdiction.code}"
    )
    yield basis("validity", ("In force", "有效期"), f"{begins} – {ends}")
    for grade, rates in policy.tiers.items():
        said = " / ".join(f"+{each}" for each in rates)
        title = (f"Grade {grade}, year 1, 2 …", f"{grade} 类第 1、2……年")
        yield basis(f"tier_{grade}", title, f"{said} yuan/kWh")
    yield basis(
        "with_others", ("With other surcharges: the highest single one", "就高不叠加"), policy.with_others
    )
    yield basis("metrics", ("Electricity that counts", "计价电量"), " → ".join(policy.metrics))
    if policy.above_kwh_per_month is not None:
        yield basis("above", ("Above, per month", "月用电量高于"), f"{policy.above_kwh_per_month} kWh")
    for each in policy.exemptions:
        said = ", ".join(each.industries) or f"{each.registered_under_months} months 个月"
        yield basis(f"exempt_{each.code}", (each.title.en, each.title.zh), said)
    yield Basis("rounding", ("Rounding", "舍入"), _ROUNDING, "The project's own 本系统约定", verified=True)
