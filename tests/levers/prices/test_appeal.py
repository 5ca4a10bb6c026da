"""A price from the evaluation to the ledger, and back after an appeal: store, interface, command line."""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from service.access.policy import PROPERTIES
from service.cli import main
from service.errors import Conflict, InvalidParameter, NotFound
from service.feeds.mappings.mapping import parse_mapping
from service.jobs.evaluating import evaluate, publish
from service.jobs.importing import import_file
from service.jobs.levers.evaluated import Evaluated, evaluated
from service.jobs.levers.price_deciding import Decided, decide
from service.jobs.levers.price_ledger import PriceEntry, decisions, entries
from service.jobs.levers.prices import Asked, layer, layer_of, prices, worked_out
from service.levers.report import Report
from service.reference.prices import own_policy, shipped_policy
from service.store import immutability
from service.store.database import Database
from service.store.models import PriceDecision
from service.store.models import PriceEntry as Stored
from tests.feeds.handing import write_csv
from tests.serving import keyed_client, open_client
from tests.support.parks import E1, E2, E3, HandOvers
from tests.support.snapshots import indicator, scheme, track
from tests.support.stores import opened_store

DISTRICT = "370211"
SCHEME = scheme(
    track(
        indicator(benchmark={"method": "fixed", "value": 10}),
        grades={"by": "points", "cuts": [{"grade": "A", "at_least": 50}, {"grade": "D"}]},
    )
)
READINGS = """
feed: figures
columns: {meter: meter, period: period}
metrics: {electricity: {column: kWh, unit: kWh}}
"""
JANUARY = Asked(first="2024-01", last="2024-02")


@dataclass
class Story:
    """What happened, in order, in a store that tests leave as it is."""

    database: Database
    first: int = 0
    second: int = 0
    simulated: Report | None = None
    decided: Decided | None = None
    again: Decided | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    after_appeal: Decided | None = None
    after_correction: Decided | None = None


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """P1 is D for the second year, P2 and P3 for the first; the firm of P1 appeals and is right."""
    folder = tmp_path_factory.mktemp("prices")
    with opened_store(request, folder) as database:
        yield _told(Story(database), HandOvers(database, folder, DISTRICT))


def _told(story: Story, files: HandOvers) -> Story:
    database = story.database
    files.parcels(
        *({"code": f"P{n}", "registered_area_m2": 10_000, "floor_area_m2": 4_000} for n in (1, 2, 3))
    )
    files.enterprises(*({"uscc": code, "name": f"Firm {n}"} for n, code in enumerate((E1, E2, E3), 1)))
    files.occupancies(
        {"parcel_code": "P1", "uscc": E1, "role": "own", "floor_area_m2": 4000},
        {"parcel_code": "P2", "uscc": E2, "role": "own", "floor_area_m2": 3000},
        {"parcel_code": "P3", "uscc": E2, "role": "own", "floor_area_m2": 1000},
        {"parcel_code": "P2", "uscc": E3, "role": "leased_in", "floor_area_m2": 1000},
    )
    files.figures(
        *({"uscc": code, "period": 2022, "tax": tax} for code, tax in ((E1, 15), (E2, 400), (E3, 100))),
        *({"uscc": code, "period": 2023, "tax": tax} for code, tax in ((E1, 15), (E2, 40), (E3, 20))),
    )
    for each in ({"uscc": E2, "share": 0.7}, {"uscc": E3, "share": 0.3}):
        files._table("meters", [{"kind": "electricity", "meter": "1001", "parcel_code": "P2", **each}])
    files.figures(
        {"uscc": E1, "period": "2024-01", "electricity_grid": 123_456},
        {"uscc": E1, "period": "2024-02", "electricity_grid": 1000},
        {"uscc": E1, "period": "2024-03", "electricity_grid": 10},
        {"uscc": E2, "period": "2024-01", "electricity_grid": 1000},
        {"uscc": E2, "period": 2023, "electricity_grid": 12_000},
    )
    read = write_csv(
        files.folder / "readings.csv",
        [["meter", "period", "kWh"], ["1001", "2024-01", 1000], ["9999", "2024-01", 5]],
    )
    import_file(database, "figures", read, mapping=parse_mapping(READINGS), district=DISTRICT)
    files._table(
        "surcharges",
        [
            {"uscc": E3, "kind": "punitive", "yuan_per_kwh": 0.1, "valid_from": "2024-01-01"},
            {"uscc": E1, "kind": "tiered", "yuan_per_kwh": None, "valid_from": "2024-03-01"},
        ],
    )
    for year in ("2022", "2023"):
        story.first = publish(database, evaluate(database, SCHEME, year).id).id
    story.simulated = prices(database, story.first, JANUARY)
    story.decided = decide(database, story.first, JANUARY, by="committee", note="2023 results")
    story.again = decide(database, story.first, JANUARY, by="somebody else")
    files.figures({"uscc": E1, "period": 2023, "tax": 150})  # the appeal
    story.second = evaluate(database, SCHEME, "2023").id
    _refused(story, "draft", story.second, JANUARY)
    publish(database, story.second)
    _refused(story, "superseded", story.first, JANUARY)
    _refused(story, "estimate", story.second, Asked(first="2024-01", estimated=True))
    story.after_appeal = decide(database, story.second, JANUARY, by="committee")
    files.figures({"uscc": E2, "period": "2024-01", "electricity_grid": 1400})
    story.after_correction = decide(database, story.second, JANUARY, by="committee")
    return story


def _refused(story: Story, name: str, evaluation: int, asked: Asked) -> None:
    with pytest.raises((Conflict, InvalidParameter)) as caught:
        decide(story.database, evaluation, asked, by="committee")
    story.refusals[name] = caught.value.code


def rows(report: Report | None, name: str) -> list[dict[str, Any]]:
    """The rows of a section."""
    assert report is not None
    (section,) = (each for each in report.sections if each.name == name)
    return section.rows.to_dicts()


def posted(story: Story, decided: Decided | None) -> list[tuple[str, str, str, str, str, int]]:
    """The entries of a decision."""
    assert decided is not None
    return [
        (each.month, each.parcel_code, each.uscc, each.meter, each.kind, each.amount_fen)
        for each in entries(story.database, decision_id=decided.id)
    ]


def test_who_pays_what_and_why(story: Story) -> None:
    """By hand: E1 123,456 kWh at 0.10; E2's 1,000 kWh are 700 of a meter and 300 by floor area; E3 pays more
    elsewhere already."""
    told = {
        (row["month"], row["parcel_code"], row["uscc"], row["meter"]): (
            row["kwh"],
            row["consecutive_years"],
            row["yuan_per_kwh"],
            row["amount_yuan"],
            row["reason"],
        )
        for row in rows(story.simulated, "charges")
    }
    assert told == {
        ("2024-01", "P1", E1, ""): (123_456, 2, 0.1, 12_345.60, "applies"),
        ("2024-02", "P1", E1, ""): (1000, 2, 0.1, 100, "applies"),
        ("2024-01", "P2", E2, "electricity:1001"): (700, 1, 0.05, 35, "applies"),
        ("2024-01", "P2", E2, ""): (225, 1, 0.05, 11.25, "applies"),
        ("2024-01", "P3", E2, ""): (75, 1, 0.05, 3.75, "applies"),
        ("2024-01", "P2", E3, "electricity:1001"): (300, 1, 0, 0, "other_higher"),
    }


def test_what_is_not_charged_stays_in_sight(story: Story) -> None:
    """A reading of a meter that nobody knows; February of those who have no reading; what was displaced."""
    assert [(row["meter"], row["kwh"], row["reason"]) for row in rows(story.simulated, "unplaced")] == [
        ("electricity:9999", 5, "meter_unknown")
    ]
    missing = [
        (r["month"], r["parcel_code"], r["uscc"], r["meter"]) for r in rows(story.simulated, "missing")
    ]
    assert missing == [
        ("2024-02", "P2", E2, "electricity:1001"),
        ("2024-02", "P2", E3, "electricity:1001"),
        ("2024-02", "P3", E2, ""),
    ]
    assert [row["displaced_yuan"] for row in rows(story.simulated, "displaced")] == [15]


def test_a_surcharge_of_an_unknown_amount_holds_the_line_back(story: Story) -> None:
    """From March on; it stands among what is missing, with what is not known of it."""
    report = prices(story.database, story.first, Asked(first="2024-03", last="2024-03"))
    (told,) = (row for row in rows(report, "charges") if row["uscc"] == E1)
    assert (told["amount_yuan"], told["reason"]) == (0, "other_unknown")
    assert (told["other_kind"], told["other_yuan_per_kwh"]) == ("tiered", None)
    assert "其他加价金额未知" in told["why"]
    assert [row["reason"] for row in rows(report, "missing") if row["uscc"] == E1] == ["other_unknown"]


def test_a_parcel_tells_its_years(story: Story) -> None:
    """Where the run of years begins, and what ended it; that the rules are not verified."""
    told = {row["parcel_code"]: row for row in rows(story.simulated, "parcels")}
    assert (told["P1"]["first_year"], told["P1"]["ended_by"]) == ("2022", "no_evaluation")
    assert (told["P2"]["first_year"], told["P2"]["ended_by"]) == ("2023", "other_grade")
    assert story.simulated is not None
    assert not story.simulated.verified


def test_a_decision_books_it_once(story: Story) -> None:
    """As simulated; the same again posts nothing and is the same decision."""
    assert posted(story, story.decided) == [
        ("2024-01", "P1", E1, "", "charge", 1_234_560),
        ("2024-01", "P2", E2, "", "charge", 1_125),
        ("2024-01", "P2", E2, "electricity:1001", "charge", 3_500),
        ("2024-01", "P3", E2, "", "charge", 375),
        ("2024-02", "P1", E1, "", "charge", 10_000),
    ]
    assert story.decided is not None
    assert story.again is not None
    assert not story.decided.repeated
    assert story.again.repeated
    assert (story.again.id, story.again.decided_by) == (story.decided.id, "committee")
    assert story.decided.years == {"2022": story.first - 1, "2023": story.first}
    assert (story.decided.missing, story.decided.unplaced) == (3, 1)


def test_only_the_latest_published_evaluation_raises_a_price(story: Story) -> None:
    """Neither a draft, nor one that was superseded, nor what was estimated."""
    assert story.refusals == {
        "draft": "evaluation-not-published",
        "superseded": "evaluation-superseded",
        "estimate": "estimate-not-chargeable",
    }


def test_an_appeal_is_refunded(story: Story) -> None:
    """P1 is an A parcel now: all of its months come back, nothing else moves; each entry names the one it
    corrects."""
    assert posted(story, story.after_appeal) == [
        ("2024-01", "P1", E1, "", "refund", -1_234_560),
        ("2024-02", "P1", E1, "", "refund", -10_000),
    ]
    ledger = entries(story.database, parcel="P1")
    assert [each.balance_fen for each in ledger] == [1_234_560, 1_244_560, 10_000, 0]
    assert [each.line_balance_fen for each in ledger] == [1_234_560, 10_000, 0, 0]
    assert [each.corrects for each in ledger] == [None, None, ledger[0].id, ledger[1].id]


def test_a_corrected_reading_is_booked_as_the_difference(story: Story) -> None:
    """1,400 instead of 1,000 kWh: 300 and 100 more by floor area."""
    assert posted(story, story.after_correction) == [
        ("2024-01", "P2", E2, "", "correction", 1_500),
        ("2024-01", "P3", E2, "", "correction", 500),
    ]


def test_the_ledger_sums_to_what_is_due(story: Story) -> None:
    """Line by line; deciding now would post nothing."""
    report = prices(story.database, story.second, JANUARY)
    due = {
        (row["month"], row["parcel_code"], row["uscc"], row["meter"]): round(row["amount_yuan"] * 100)
        for row in rows(report, "charges")
    }
    sums: dict[tuple[str, str, str, str], int] = {}
    for each in entries(story.database, limit=1000):
        key = (each.month, each.parcel_code, each.uscc, each.meter)
        sums[key] = sums.get(key, 0) + each.amount_fen
    assert {key: fen for key, fen in sums.items() if fen} == {key: fen for key, fen in due.items() if fen}
    assert not rows(report, "postings")


def test_a_month_belongs_to_one_evaluation(story: Story) -> None:
    """The year before cannot be charged for months that a later year's decision has; nor may the policy lie
    outside its time."""
    with pytest.raises(Conflict) as caught:
        decide(story.database, story.first - 1, JANUARY, by="committee")
    assert caught.value.code == "months-decided-later"
    over = shipped_policy("shandong", DISTRICT).model_dump(mode="json") | {"valid_to": "2023-12-31"}
    with pytest.raises(InvalidParameter) as unfit:
        decide(story.database, story.second, Asked(own_policy(over), "2024-01"), by="committee")
    assert unfit.value.code == "price-policy-not-in-force"
    with pytest.raises(NotFound):
        prices(story.database, 99, JANUARY)


def test_a_policy_holds_in_its_district_alone(story: Story) -> None:
    """One of another county may be tried here, but books nothing, be it shipped or one's own."""
    foreign = shipped_policy("shandong", DISTRICT).model_dump(mode="json")
    foreign |= {"jurisdiction": {"code": "33", "zh": "浙江省"}}
    for policy in ("lanpu-demo", own_policy(foreign)):
        asked = Asked(policy, "2024-01", "2024-02")
        assert rows(prices(story.database, story.second, asked), "charges")
        with pytest.raises(InvalidParameter) as caught:
            decide(story.database, story.second, asked, by="committee", replace=True)
        assert caught.value.code == "policy-not-of-district"


def test_a_policy_is_simulated_only_while_it_is_in_force(story: Story) -> None:
    """As it is decided; months outside any edition are refused."""
    over = shipped_policy("shandong", DISTRICT).model_dump(mode="json") | {"valid_to": "2024-01-31"}
    for last in ("2024-02", None):
        with pytest.raises(InvalidParameter) as unfit:
            prices(story.database, story.second, Asked(own_policy(over), "2024-01", last))
        assert unfit.value.code == "price-policy-not-in-force"


def test_another_policy_replaces_what_stands_only_when_asked(story: Story) -> None:
    """Unasked, its charges would be refunded; the refusal books nothing."""
    known = len(entries(story.database, limit=1000))
    other = shipped_policy("shandong", DISTRICT).model_dump(mode="json") | {"name": "city"}
    with pytest.raises(Conflict) as caught:
        decide(story.database, story.second, Asked(own_policy(other), "2024-01", "2024-02"), by="committee")
    assert caught.value.code == "other-policy-stands"
    assert len(entries(story.database, limit=1000)) == known


def test_evaluations_of_an_early_release(story: Story) -> None:
    """Without inputs there is no price and nothing on the map; without a list of codes none was passed on."""
    with story.database.reading() as connection:
        whole = evaluated(connection, story.second)
        bare = Evaluated(whole.run, {}, {})
        with pytest.raises(Conflict) as caught:
            worked_out(connection, bare, *JANUARY.settled(bare.run))
        assert caught.value.code == "evaluation-inputs-not-kept"
        assert layer_of(connection, bare).is_empty()
        older = replace(whole, _snapshot={k: v for k, v in whole._snapshot.items() if k != "passed_on"})
        assert (
            worked_out(connection, older, *JANUARY.settled(older.run)).charges
            == worked_out(connection, whole, *JANUARY.settled(whole.run)).charges
        )


def test_the_map_shows_the_ledger(story: Story) -> None:
    """Amounts of a decision are those that were booked; one that a later decision overtook is simulated."""
    with story.database.reading() as connection:
        now, overtaken = (layer(connection, each) for each in (story.second, story.first))
    assert now["decided"].to_list() == [True, True]
    assert dict(now.select("parcel_code", "amount_yuan").iter_rows()) == {"P2": 61.25, "P3": 8.75}
    assert overtaken["decided"].to_list() == [False, False, False]


def test_a_yearly_figure_is_shared_out_only_when_asked(story: Story) -> None:
    """And marked: E2's 12,000 kWh of 2023 are 750 a month on P2 and 250 on P3; for E3 nothing is made up."""
    plain = prices(story.database, story.second, Asked(first="2023-01", last="2023-12"))
    made = prices(story.database, story.second, Asked(first="2023-01", last="2023-12", estimated=True))
    assert not rows(plain, "charges")
    charged = {(row["month"], row["parcel_code"]): row for row in rows(made, "charges")}
    months = [f"2023-{number:02}" for number in range(1, 13)]
    assert sorted(charged) == [(month, parcel) for month in months for parcel in ("P2", "P3")]
    assert {(key[1], row["kwh"], row["amount_yuan"]) for key, row in charged.items()} == {
        ("P2", 750, 37.5),
        ("P3", 250, 12.5),
    }
    assert all(row["estimated"] for row in charged.values())
    assert {row["uscc"] for row in rows(plain, "missing")} == {E2, E3}
    assert [(row["month"], row["uscc"]) for row in rows(made, "missing")] == [(each, E3) for each in months]


def test_the_ledger_never_changes(story: Story) -> None:
    """No entry and no decision is changed or removed, whoever tries; SQLite's REPLACE is no way around."""
    for table in (Stored, PriceDecision):
        for attempt in (update(table).values(id=table.id + 1000), delete(table)):
            with pytest.raises(Conflict) as caught, story.database.writing() as connection:
                connection.execute(attempt)
            assert caught.value.code == "ledger-closed"
    with story.database.reading() as connection:
        row = dict(connection.execute(select(Stored.__table__).limit(1)).mappings().one())
    if story.database.is_embedded:
        with pytest.raises(Conflict), story.database.writing() as connection:
            connection.execute(insert(Stored).prefix_with("OR REPLACE").values(row | {"amount_fen": 0}))
    else:
        with pytest.raises(Conflict), story.database.writing() as connection:
            connection.execute(text("TRUNCATE price_entry"))
    with (
        pytest.raises(IntegrityError, match=immutability.LEDGER_REFUSAL),
        story.database.engine.begin() as raw,
    ):
        raw.execute(text("UPDATE price_entry SET amount_fen = 0"))


@pytest.fixture(scope="module")
def client(story: Story) -> Iterator[TestClient]:
    """A client with all rights."""
    with open_client(story.database) as opened:
        yield opened


def test_over_http(story: Story, client: TestClient) -> None:
    """Simulated, as a workbook, decided again, listed, read entry by entry."""
    span = "from=2024-01&to=2024-02"
    told = client.get(f"/evaluations/{story.second}/prices?{span}").json()
    assert [each["name"] for each in told["sections"]] == [
        *("firms", "parcels", "months", "charges", "displaced", "postings", "unplaced", "missing")
    ]
    assert told["sections"][0]["rows"][0] == {
        "uscc": E2,
        "firm": "Firm 2",
        "parcels": 2,
        "months": 1,
        "kwh": 1400,
        "amount_yuan": 70,
        "displaced_yuan": 0,
        "missing_months": 2,
    }
    book = client.get(f"/evaluations/{story.second}/prices?{span}&f=xlsx")
    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert "企业 Firms" in sheets
    wanted = {"first_month": "2024-01", "last_month": "2024-02"}
    again = client.post(f"/evaluations/{story.second}/prices", json=wanted)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert client.get(again.headers["Location"]).json()["id"] == again.json()["id"]
    listed = client.get("/price-decisions?limit=2").json()
    assert [each["evaluation_id"] for each in listed["decisions"]] == [story.second, story.second]
    assert [each["id"] for each in client.get(listed["next"]).json()["decisions"]] == [1]
    page = client.get(f"/price-entries?uscc={E1}&limit=3").json()
    assert [each["balance_fen"] for each in page["entries"]] == [1_234_560, 1_244_560, 10_000]
    assert [each["balance_fen"] for each in client.get(page["next"]).json()["entries"]] == [0]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/price-entries?parcel=P1&f=xlsx").content))
    head, *lines = book["台账分录 Ledger"].values
    place = {title: number for number, title in enumerate(head)}
    kind, entry, corrects, why, asked_for = (
        place[title]
        for title in (
            "charge, refund or correction 记账类型",
            *("Entry 分录编号", "Entry before it 上一分录", "Reason 原因"),
            "Asked for up to this entry, yuan 累计余额",
        )
    )
    charges, refunds = ([line for line in lines if line[kind] == each] for each in ("charge", "refund"))
    assert {line[corrects] for line in refunds} == {line[entry] for line in charges}
    assert all(line[why] for line in lines)
    assert lines[-1][asked_for] == 0
    items = client.get(f"/collections/surcharges/items?evaluation={story.second}").json()["features"]
    assert {each["properties"]["parcel_code"]: each["properties"]["tier_yuan_per_kwh"] for each in items} == {
        "P2": 0.05,
        "P3": 0.05,
    }
    assert {each["properties"]["amount_yuan"] for each in items} == {61.25, 8.75}


def test_the_layer_is_a_collection_like_any_other(story: Story, client: TestClient) -> None:
    """Found by id, filtered, drawn on tiles with the values of its items; of the evaluation asked for."""
    base, of = "/collections/surcharges", f"evaluation={story.second}"
    one = client.get(f"{base}/items/{story.second}:P2").json()
    assert one["properties"]["ended_by"] == "other_grade"
    assert (one["properties"]["decided"], one["properties"]["verified"]) == (True, False)
    found = client.get(f"{base}/items?{of}&filter=amount_yuan > 10").json()
    assert [each["id"] for each in found["features"]] == [f"{story.second}:P2"]
    drawn = mapbox_vector_tile.decode(
        client.get(f"{base}/tiles/WebMercatorQuad/12/1689/3413?{of}").content  # 120° east, 30° north
    )
    told = {each["properties"]["parcel_code"]: each["properties"] for each in drawn["surcharges"]["features"]}
    assert told["P2"]["amount_yuan"] == 61.25
    assert told["P3"]["tier_yuan_per_kwh"] == 0.05
    earlier = client.get(f"{base}/items?evaluation={story.first}").json()
    assert len(earlier["features"]) == 3


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/evaluations/99/prices", 404, "not-found"),
        ("/evaluations/1/prices?policy=none", 400, "price-policy-unknown"),
        ("/evaluations/1/prices?from=2024-13", 400, "invalid-parameter"),
        ("/evaluations/1/prices?from=2024-01&to=2023-01", 400, "months-unusable"),
        ("/evaluations/1/prices?from=2000-01&to=2024-01", 400, "months-unusable"),
        ("/price-decisions/99", 404, "not-found"),
    ],
)
def test_what_cannot_be_answered(client: TestClient, path: str, status: int, code: str) -> None:
    """A problem with its place, never an empty answer."""
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_policy_of_ones_own_is_decided_with_its_text(client: TestClient, story: Story) -> None:
    """It is kept whole with its hash; one that does not hold together is refused."""
    own = shipped_policy("shandong", DISTRICT).model_dump(mode="json") | {"tiers": {"D": ["0.10", "0.05"]}}
    answer = client.post(f"/evaluations/{story.second}/prices", json={"policy": own})
    assert (answer.status_code, answer.json()["code"]) == (400, "price-policy-invalid")
    assert all(each.rules["tiers"] == {"D": ["0.05", "0.10", "0.15"]} for each in decisions(story.database))


def test_who_may_see_and_decide(story: Story) -> None:
    """Figures are for analysts; who may only publish decides without learning an amount."""
    with keyed_client(story.database, "read") as reader:
        for path in (f"/evaluations/{story.second}/prices", "/price-entries", "/price-decisions"):
            assert reader.get(path).status_code == 403
        (first, *_) = reader.get(f"/collections/surcharges/items?evaluation={story.second}").json()[
            "features"
        ]
        assert first["properties"]["tier_yuan_per_kwh"] == 0.05
        assert not {"amount_yuan", "kwh", "firms"} & first["properties"].keys()
        guess = reader.get(f"/collections/surcharges/items?evaluation={story.second}&filter=amount_yuan > 1")
        assert guess.status_code == 400
        hidden = {name for name, scope in PROPERTIES["surcharges"].items() if scope == "analyst"}
        assert {"amount_yuan", "kwh", "firms"} <= hidden
        alone = reader.get(f"/collections/surcharges/items/{story.second}:P2").json()["properties"]
        assert alone["tier_yuan_per_kwh"] == 0.05
        tile = reader.get(
            f"/collections/surcharges/tiles/WebMercatorQuad/12/1689/3413?evaluation={story.second}"
        )
        drawn = mapbox_vector_tile.decode(tile.content)["surcharges"]["features"]
        assert {each["properties"]["parcel_code"] for each in drawn} == {"P2", "P3"}
        for told in (alone, *(each["properties"] for each in drawn)):
            assert not hidden & told.keys()
    with keyed_client(story.database, "publish") as publisher:
        wanted = {"first_month": "2024-01", "last_month": "2024-02"}
        told = publisher.post(f"/evaluations/{story.second}/prices", json=wanted).json()
        assert told["repeated"]
        assert not {"amount_fen", "amount_yuan"} & told.keys()


@pytest.mark.usefixtures("wide_terminal")
def test_on_the_command_line(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Simulated, written as a workbook, decided, and the ledger listed."""
    url = story.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("MUJUN_DATABASE_URL", url)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["mujun", "levers", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    span = ("--from", "2024-01", "--to", "2024-02")
    assert "差别化电价" in run("prices", str(story.second), *span)
    path = tmp_path / "prices.xlsx"
    run("prices", str(story.second), *span, "--format", "xlsx", "--output", str(path))
    assert path.stat().st_size > 0
    # whatever was decided before: then the same again
    run("prices", str(story.second), *span, "--decide", "--replace")
    assert "decided before" in run("prices", str(story.second), *span, "--decide")
    assert "refunds" in run("price-decisions")
    assert "P1" in run("price-entries", "--parcel", "P1")
    run("price-entries", "--parcel", "P1", "--format", "xlsx", "--output", str(path))
    assert (
        len(openpyxl.load_workbook(path)["台账分录 Ledger"]["A"])
        == len(entries(story.database, parcel="P1")) + 1
    )


def test_entries_are_of_the_type_that_is_told(story: Story) -> None:
    """Rates and energy of an entry are those of its line; its reason is in both languages."""
    (first, *_) = entries(story.database, parcel="P1")
    assert isinstance(first, PriceEntry)
    assert (first.kwh, first.yuan_per_kwh, first.grade, first.consecutive_years) == (123_456, 0.1, "D", 2)
    assert first.why.endswith("the tier's surcharge applies")
