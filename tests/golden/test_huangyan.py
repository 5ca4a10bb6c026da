"""Golden numbers of a published formula, from hand-over files to the answer of the API, on both databases."""

from pathlib import Path

import pytest

from service.access.policy import PROPERTIES
from service.feeds.mappings.mapping import parse_mapping
from service.jobs.evaluating import evaluate, publish
from service.jobs.importing import import_file
from service.reference.schemes import load_scheme
from service.store.database import Database
from tests.feeds.handing import uscc
from tests.serving import keyed_client, open_client
from tests.support.parks import HandOvers

GOLDEN, STANDARD, SILENT, SMALL, SMALL_STANDARD = (uscc(number) for number in range(1, 6))

MAPPING = """
feed: figures
columns: {uscc: 统一社会信用代码, period: 年度}
metrics:
  tax: {column: 评价税收（元）, unit: yuan}
  value_added: {column: 工业增加值（万元）, unit: 万元}
  energy_equal_supply: {column: 综合能耗等价值（吨标煤）, unit: 吨标煤}
  emission: {column: 主要污染物排放当量（吨）, unit: t}
  headcount: {column: 平均职工人数, unit: 人}
  rd: {column: 研发经费（万元）, unit: 万元}
  revenue: {column: 主营业务收入（万元）, unit: 万元}
  electricity: {column: 用电量（万千瓦时）, unit: 万kWh}
"""

# STANDARD is exactly at the benchmarks of 2022: on 2,957.886 mu all divides without a rest that counts.
FIGURES = f"""统一社会信用代码,年度,评价税收（元）,工业增加值（万元）,综合能耗等价值（吨标煤）,主要污染物排放当量（吨）,平均职工人数,研发经费（万元）,主营业务收入（万元）,用电量（万千瓦时）
{GOLDEN},2022,"8,200,000",4100,1850,0.9,210,610,18200,/
{STANDARD},2022,712761789.42,402745.75776,149497.312,81.696,22202.082,3020,100000,/
{SILENT},2022,8200000,4100,1850,未统计,210,610,18200,/
{SMALL},2022,900000,/,/,/,/,/,/,600
{SMALL_STANDARD},2022,1738980,/,/,/,/,/,/,739.3622449
{GOLDEN},2021,8200000,4100,1850,0.9,210,610,18200,/
{SMALL},2021,900000,/,/,/,/,/,/,600
"""  # noqa: E501

MU = {"G": "45.6", "B": "2957.886", "M": "45.6", "S": "15", "T": "15"}
HOLDERS = dict(zip(MU, (GOLDEN, STANDARD, SILENT, SMALL, SMALL_STANDARD), strict=True))


@pytest.fixture
def huangyan(database: Database, tmp_path: Path) -> Database:
    """A store that received five parcels with a firm each, and two years of figures as offices write them."""
    files = HandOvers(database, tmp_path, "331003")
    files.parcels(*({"code": code, "registered_area_m2": float(mu) * 10_000 / 15} for code, mu in MU.items()))
    files.enterprises(
        *(
            {"uscc": firm, "above_scale": str(firm in (GOLDEN, STANDARD, SILENT)).lower()}
            for firm in HOLDERS.values()
        )
    )
    files.occupancies(*({"parcel_code": code, "uscc": firm, "role": "own"} for code, firm in HOLDERS.items()))
    handed_over = tmp_path / "亩均评价数据.csv"
    handed_over.write_text(FIGURES, encoding="gb18030")
    mapping = parse_mapping(MAPPING + "empty: [未统计]\n")
    report = import_file(database, "figures", handed_over, mapping=mapping, district="331003")
    assert (report.read, report.accepted) == (7, 7)
    return database


def scores(database: Database, tmp_path: Path, scheme: str, period: str) -> dict[str, float]:
    """Evaluate, publish, and return the points that the API tells of each parcel."""
    done = evaluate(database, load_scheme(scheme), period)
    publish(database, done.id)
    with open_client(database, data_dir=tmp_path) as client:
        answers = {code: client.get(f"/evaluations/{done.id}/parcels/{code}").json() for code in MU}
    return {code: answer["result"]["points"] for code, answer in answers.items()}


def test_2022_comes_out_exactly(huangyan: Database, tmp_path: Path) -> None:
    """83.1493 and 57.7650; at the benchmarks 100; a missing emission takes the mean item of its track."""
    points = scores(huangyan, tmp_path, "huangyan-2022", "2022")
    assert f"{points['G']:.4f}" == "83.1493"
    assert f"{points['S']:.4f}" == "57.7650"
    assert (points["B"], points["T"]) == (100.0, 100.0)
    mean_item = (9.240834 + 10) / 2
    assert points["M"] == pytest.approx(points["G"] - 9.240834 + mean_item, abs=1e-9)


def test_2021_comes_out_exactly(huangyan: Database, tmp_path: Path) -> None:
    """The same figures against the benchmarks of the year before: 83.3357."""
    points = scores(huangyan, tmp_path, "huangyan-2021", "2021")
    assert f"{points['G']:.4f}" == "83.3357"
    assert points["B"] is None  # no figures of that year


def test_the_answer_explains_itself(huangyan: Database, tmp_path: Path) -> None:
    """For an analyst the formula with its numbers and the row of the file; for all what is illustrative."""
    done = evaluate(huangyan, load_scheme("huangyan-2022"), "2022")
    publish(huangyan, done.id)
    with keyed_client(huangyan, "analyst", data_dir=tmp_path) as client:
        told = client.get(f"/evaluations/{done.id}/parcels/G").json()
    formulas = [item["formula"] for item in told["calculation"]["indicators"]]
    assert formulas[0] == "820 万元 ÷ 45.6 亩 = 17.982456 万元/亩; 17.982456 ÷ 24.097 × 30 = 22.387587"
    assert formulas[5] == "610 万元 ÷ 18200 万元 = 0.033516484; 0.033516484 ÷ 0.0302 × 10 = 11.098174"
    tax = next(figure for figure in told["calculation"]["figures"] if figure["metric"] == "tax")
    assert (tax["source"]["file"], tax["source"]["row"]) == ("亩均评价数据.csv", 2)
    places = {mark["place"] for mark in told["unverified"]}
    assert {"tracks.above_scale.grades", "tracks.above_scale.indicators.tax_per_mu.missing"} <= places
    assert "tracks.above_scale.indicators.tax_per_mu.benchmark" not in places


def test_no_figure_of_a_firm_reaches_a_mere_reader(huangyan: Database, tmp_path: Path) -> None:
    """Without the analyst's scope the calculation is absent, and no number of it appears."""
    done = evaluate(huangyan, load_scheme("huangyan-2022"), "2022")
    publish(huangyan, done.id)
    with keyed_client(huangyan, "read", data_dir=tmp_path) as client:
        answer = client.get(f"/evaluations/{done.id}/parcels/G")
    assert answer.status_code == 200
    told = answer.json()
    assert "calculation" not in told
    del told["evaluation"]  # moments and hashes: any digits may be in them
    for secret in (GOLDEN, "820", "17982456", "17.98", "22387587", "22.38", "4100"):
        assert secret not in str(told)
    assert PROPERTIES["explanation"]["calculation"] == "analyst"
