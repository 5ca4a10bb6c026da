"""Explanations from the store: every parcel of the demo park, calculated again from what its file says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from service.errors import NotFound
from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation, explanations
from service.jobs.reconciling import findings, reconciliation
from service.store.database import Database
from service.store.models import Score
from tests.support import demo as demos
from tests.support.parks import E1, HandOvers, hand_over_small_park
from tests.support.recalculating import explained
from tests.support.snapshots import fixed


@dataclass
class Demo:
    """A store with the demo park, and its evaluations."""

    database: Database
    evaluations: list[int]


@pytest.fixture(scope="module")
def demo(demo_files: demos.Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo park in a GeoPackage, its three years evaluated and published."""
    database = demo_files.copy_to(tmp_path_factory.mktemp("demo") / "park.gpkg")
    yield Demo(database, [each.id for each in demo_files.report.evaluations])
    database.dispose()


def codes(database: Database, evaluation_id: int) -> list[str]:
    """Return the parcels of an evaluation."""
    with database.reading() as connection:
        query = select(Score.parcel_code).where(Score.evaluation_id == evaluation_id)
        return list(connection.scalars(query.order_by(Score.parcel_code)))


@pytest.mark.parametrize("year", [0, 1, pytest.param(2, marks=pytest.mark.nightly)])
def test_every_result_of_the_demo_follows_from_its_explanation(demo: Demo, year: int) -> None:
    """In JSON as it is served, for each parcel and each year: points and grade to the last millionth."""
    number = demo.evaluations[year]
    parcels = codes(demo.database, number)
    told = (orjson.loads(orjson.dumps(each)) for each in explanations(demo.database, number, parcels))
    assert explained(told) == (len(parcels), [])


def test_every_input_of_the_demo_leads_to_a_file(demo: Demo) -> None:
    """Parcel, occupancies, enterprises and figures name file, sheet and row; the row is told as received."""
    number = demo.evaluations[-1]
    for each in explanations(demo.database, number, codes(demo.database, number)[:40]):
        calculation = each["calculation"]
        rows = {row["id"]: row for row in calculation["source_rows"]}
        registered = [occupant for occupant in calculation["occupants"] if occupant["registered"]]
        for told in (each["parcel"], *registered, *calculation["occupancies"], *calculation["figures"]):
            assert rows[told["source"]["id"]]["content"]
            assert told["source"]["file"]
            assert not any(name.startswith("@") for name in rows[told["source"]["id"]]["content"])


def test_the_reconciliation_of_the_demo_adds_up(demo: Demo) -> None:
    """Totals are reported = direct + allocated + unallocated, and what is unallocated adds up by reason."""
    number = demo.evaluations[-1]
    whole = reconciliation(demo.database, number, limit=10_000)
    for metric in whole["metrics"]:
        minor = metric["minor"]
        assert minor["reported"] == minor["direct"] + minor["allocated"] + minor["unallocated"]
        assert minor["unallocated"] == sum(left["minor"] for left in metric["reasons"])
        of_enterprises = [
            each["minor"]["unallocated"]
            for enterprise in whole["enterprises"]
            for each in enterprise["metrics"]
            if each["metric"] == metric["metric"]
        ]
        assert minor["unallocated"] == sum(of_enterprises)
    assert whole["open"] == len(whole["enterprises"]) > 10
    pages = [reconciliation(demo.database, number, limit=7, after=seen)["enterprises"] for seen in (0, 7)]
    assert pages[0] + pages[1] == whole["enterprises"][:14]


@pytest.fixture
def park(database: Database, tmp_path: Path) -> HandOvers:
    """The small park, and a way to hand over more."""
    hand_over_small_park(database, tmp_path)
    folder = tmp_path / "more"
    folder.mkdir()
    return HandOvers(database, folder)


def test_an_explanation_keeps_to_what_the_evaluation_read(park: HandOvers) -> None:
    """What is handed over afterwards changes nothing of it; a row that took a place says that it is later."""
    number = evaluate(park.database, fixed(5), "2023").id
    before = explanation(park.database, number, "P2")
    park.figures({"uscc": E1, "period": "2023", "tax": 999})
    park.occupancies({"parcel_code": "P2", "uscc": E1, "role": "own", "floor_area_m2": 5000})
    after = explanation(park.database, number, "P2")
    assert after["calculation"]["occupants"] == before["calculation"]["occupants"]
    assert [each["value_text"] for each in after["calculation"]["figures"]] == ["400 万元", "50 万元"]
    own = next(
        row for row in after["calculation"]["occupancies"] if (row["parcel_code"], row["uscc"]) == ("P2", E1)
    )
    assert own["floor_area_m2"] == 1000
    assert own["source"]["later"] is True
    assert explained(iter([before, after])) == (2, [])


def test_without_figures_nothing_of_a_firm_is_read(park: HandOvers) -> None:
    """The public part is the same with and without, and has no occupant in it."""
    number = evaluate(park.database, fixed(5), "2023").id
    whole = explanation(park.database, number, "P2")
    public = explanation(park.database, number, "P2", figures=False)
    assert whole.keys() - public.keys() == {"calculation"}
    assert {name: whole[name] for name in public} == public
    assert E1 not in str(public)


def test_findings_are_counted_and_come_page_by_page(park: HandOvers) -> None:
    """A total on two deeds of one firm is found on both parcels; an unknown code finds nothing."""
    for code in ("P1", "P2"):
        park.figures({"parcel_code": code, "part_of": E1, "period": "2023", "tax": 50})
    number = evaluate(park.database, fixed(5), "2023").id
    found = findings(park.database, number, code="repeated_total")
    assert [(each["subject_code"], each["text"]) for each in found["findings"]] == [
        ("P1", "50 万元"),
        ("P2", "50 万元"),
    ]
    assert {each["code"]: each["count"] for each in found["counts"]}["repeated_total"] == found["chosen"] == 2
    second = findings(park.database, number, code="repeated_total", limit=1, after=1)
    assert second["findings"] == found["findings"][1:]
    assert findings(park.database, number, code="none")["chosen"] == 0
    told = explanation(park.database, number, "P1")["calculation"]["findings"]
    assert [each["code"] for each in told] == ["repeated_total"]


def test_what_is_not_there_is_not_found(park: HandOvers) -> None:
    """No evaluation, or no such parcel in it."""
    number = evaluate(park.database, fixed(5), "2023").id
    for unknown in ((number, "P9"), (number + 1, "P1")):
        with pytest.raises(NotFound):
            explanation(park.database, *unknown)
    for job in (reconciliation, findings):
        with pytest.raises(NotFound):
            job(park.database, number + 1)


def test_a_contract_leads_to_its_file(park: HandOvers) -> None:
    """Its promises are told with file, sheet and row."""
    park.contracts({"parcel_code": "P1", "signed_on": "2015-03-04", "tax_wan_yuan_per_mu": 12.5})
    number = evaluate(park.database, fixed(5), "2023").id
    contract = explanation(park.database, number, "P1")["calculation"]["contract"]
    assert contract["promises"][0]["text"] == "12.5 万元/亩"
    assert contract["source"]["file"].endswith("contracts.csv")
    assert contract["source"]["row"] == 2
