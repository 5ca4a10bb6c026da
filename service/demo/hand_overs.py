"""The demo park's hand-overs: which file belongs to which feed and mapping, and the generator of all."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from service.demo import clauses, contracts, further, inspections, leasing, marks, monthly, registers, returns
from service.demo.figures import YEARS, account
from service.demo.park import build

SEED = 20240101


@dataclass(frozen=True, slots=True)
class HandOver:
    """A file of the demo park with its feed and its mapping, or the shipped profile that reads it.

    Listed in the order of delivery.
    """

    file_name: str
    feed: str
    mapping: str = ""
    profile: str = ""


HAND_OVERS = (
    HandOver("资规_工业宗地.zip", "parcels", "parcels.yaml"),
    HandOver("市监_企业名录.xlsx", "enterprises", "enterprises.yaml"),
    HandOver("地企调查_占用.xlsx", "occupancies", "occupancies.yaml"),
    HandOver("资规_出让合同.xlsx", "contracts", "contracts.yaml"),
    *(HandOver(f"税务_{year}年.csv", "figures", "tax.yaml") for year in YEARS),
    *(HandOver(f"统计_产值_{year}年.xlsx", "figures", "output.yaml") for year in YEARS),
    HandOver("电力_2021年.xlsx", "figures", "energy-kwh.yaml"),
    HandOver("电力_2022年.xlsx", "figures", "energy-wan-kwh.yaml"),
    HandOver("电力_2023年.xlsx", "figures", "energy-kwh.yaml"),
    *(HandOver(f"综合_{year}年.xlsx", "figures", "survey.yaml") for year in YEARS),
    *(HandOver(f"资质_{year}年.xlsx", "figures", "marks.yaml") for year in YEARS),
    *(HandOver(f"经信_企业评价_{year}年.xlsx", "ratings", profile="enterprise-evaluation") for year in YEARS),
    HandOver("燃气_气表台账.xlsx", "meters", profile="meters"),
    HandOver(f"燃气_抄见气量_{YEARS[-1]}年.xlsx", "figures", profile="meter-readings-gas"),
    HandOver("资规_建筑物.zip", "buildings", profile="buildings"),
    HandOver("资规_阻隔.zip", "barriers", profile="barriers"),
    HandOver(f"科技_研发补报_{YEARS[-1]}年.xlsx", "figures", "rd-by-name.yaml"),
    HandOver("资规_合同条款.xlsx", "contracts", "contract-clauses.yaml"),
    HandOver("经信_能源检查_变压器.xlsx", "inspections", profile="inspection-transformers"),
    HandOver("经信_能源检查_用能设备.xlsx", "inspections", profile="inspection-equipment"),
    HandOver("经信_能源检查_屋顶光伏.xlsx", "inspections", profile="inspection-rooftop-solar"),
    HandOver(f"电力_月度用电_{YEARS[-1] + 1}年.xlsx", "figures", profile="electricity-grid"),
    HandOver("电力_电价加价.xlsx", "surcharges", profile="surcharges"),
    HandOver("管委会_招商项目.xlsx", "projects", profile="projects"),
    HandOver("管委会_可租厂房.xlsx", "premises", profile="premises"),
    HandOver("税务_2023年_更正.csv", "figures", "tax.yaml"),
)


def generate(directory: Path, seed: int = SEED) -> None:
    """Write all hand-overs and their mappings into ``directory``; the same seed gives the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    root = np.random.default_rng(seed)
    park = build(root)
    accounts = account(park, root)

    def rng() -> np.random.Generator:
        # every file draws from a stream of its own, so that a change in one leaves the others alone
        return root.spawn(1)[0]

    registers.write_parcels(directory / "资规_工业宗地.zip", park, rng())
    registers.write_enterprises(directory / "市监_企业名录.xlsx", park, accounts, rng())
    registers.write_occupancies(directory / "地企调查_占用.xlsx", park, rng())
    for year in YEARS:
        firms = returns.of_year(accounts, year)
        returns.write_tax(directory / f"税务_{year}年.csv", year, firms, rng())
        returns.write_output(directory / f"统计_产值_{year}年.xlsx", year, firms, rng())
        returns.write_energy(directory / f"电力_{year}年.xlsx", year, firms, rng())
        returns.write_survey(directory / f"综合_{year}年.xlsx", year, firms, rng())
    last = returns.of_year(accounts, YEARS[-1])
    returns.write_tax_correction(directory / f"税务_{YEARS[-1]}年_更正.csv", YEARS[-1], last, rng())
    agreed = contracts.write_contracts(directory / "资规_出让合同.xlsx", park, rng())
    titles = marks.grant_titles(park, rng())
    for year in YEARS:
        marks.write_marks(directory / f"资质_{year}年.xlsx", year, titles, rng())
    for year in YEARS:
        firms = returns.of_year(accounts, year)
        further.write_ratings(directory / f"经信_企业评价_{year}年.xlsx", year, firms, rng())
    gas = directory / f"燃气_抄见气量_{YEARS[-1]}年.xlsx"
    further.write_gas(directory / "燃气_气表台账.xlsx", gas, YEARS[-1], park, rng())
    further.write_buildings(directory / "资规_建筑物.zip", park)
    further.write_barriers(directory / "资规_阻隔.zip")
    further.write_late_rd(directory / f"科技_研发补报_{YEARS[-1]}年.xlsx", YEARS[-1], last)
    clauses.write_clauses(directory / "资规_合同条款.xlsx", park, agreed, seed)
    inspections.write_inspections(
        (
            directory / "经信_能源检查_变压器.xlsx",
            directory / "经信_能源检查_用能设备.xlsx",
            directory / "经信_能源检查_屋顶光伏.xlsx",
        ),
        park,
        accounts,
        np.random.default_rng((seed, 9)),
    )
    monthly.write_monthly(directory / f"电力_月度用电_{YEARS[-1] + 1}年.xlsx", YEARS[-1] + 1, last, rng())
    monthly.write_surcharges(directory / "电力_电价加价.xlsx", YEARS[-1] + 1, last, rng())
    looking = np.random.default_rng([seed, 7])  # not of the root, whose streams are those of other files
    leasing.write_projects(directory / "管委会_招商项目.xlsx", looking)
    leasing.write_premises(directory / "管委会_可租厂房.xlsx", park, looking)
    for name in sorted({hand_over.mapping for hand_over in HAND_OVERS if hand_over.mapping}):
        text = files("service.demo").joinpath("mappings", name).read_text(encoding="utf-8")
        (directory / name).write_text(text, encoding="utf-8")
