"""What bureaus hand over, as they hand it over, becomes scores; every number leads back to its row."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from service.domain.hand_overs import Feed, ImportReport
from service.feeds.profiles.choosing import mapping_for
from service.jobs.correcting import Change, correct, held_rows
from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation
from service.jobs.importing import import_file
from service.reference.schemes import shipped_scheme
from service.store import hand_overs
from service.store.database import Database
from service.store.models import Enterprise, GrantContract, Parcel
from tests.feeds import bureaus
from tests.feeds.bureaus import P1, P2, P3, A, B, C, D
from tests.feeds.handing import current_figures
from tests.support.stores import opened_store

HAND_OVERS: tuple[tuple[Feed, Callable[[Path], Path]], ...] = (
    (Feed.FIGURES, bureaus.tax),
    (Feed.PARCELS, bureaus.parcels),
    (Feed.OCCUPANCIES, bureaus.survey),
    (Feed.FIGURES, bureaus.electricity),
    (Feed.FIGURES, bureaus.statistics),
    (Feed.FIGURES, bureaus.gas),
    (Feed.ENTERPRISES, bureaus.register),
    (Feed.CONTRACTS, bureaus.contracts),
    (Feed.RATINGS, bureaus.ratings),
)


class Handed(NamedTuple):
    """A store with all files in it, and what became of each, by its maker; then one cell was corrected."""

    database: Database
    reports: dict[str, ImportReport]
    corrected: ImportReport


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def handed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handed]:
    """Hand over all files without a word on how to read them."""
    folder = tmp_path_factory.mktemp("county")
    with opened_store(request, folder) as database:
        reports = {make.__name__: hand_over(database, feed, make(folder)) for feed, make in HAND_OVERS}
        (doubtful,) = held_rows(database, reports["tax"].batch_id or 0)[1]
        change = Change(doubtful["id"], {"实缴税收": "12"})
        yield Handed(database, reports, correct(database, doubtful["batch_id"], [change]))


def hand_over(database: Database, feed: Feed, path: Path) -> ImportReport:
    """Import a file by the one profile that fits it."""
    mapping = mapping_for(path, feed).mapping
    assert mapping is not None, path.name
    district = "330299" if feed is Feed.PARCELS else None
    return import_file(database, feed, path, mapping=mapping, district=district)


def of(database: Database, *names: str) -> set[tuple[Any, ...]]:
    """Return subject, period, metric and value of the figures in effect of some metrics."""
    return {(f[1], f[3], f[4], f[5]) for f in current_figures(database) if f[4] in names}


def test_every_row_is_accounted_for(handed: Handed) -> None:
    """What is no data is skipped for its reason, what cannot be used is held for its own."""
    seen = {
        name: (report.read, report.accepted, report.held, report.skipped, report.reasons)
        for name, report in handed.reports.items()
    }
    assert seen == {
        "tax": (9, 3, 1, 5, {"title": 2, "subtotal": 2, "footnote": 1, "number_unreadable": 1}),
        "parcels": (3, 3, 0, 0, {}),
        "survey": (5, 4, 0, 1, {"title": 1}),
        "electricity": (394, 3, 0, 391, {"title": 1, "blank": 390}),
        "statistics": (5, 3, 0, 2, {"title": 1, "repeated_header": 1}),
        "gas": (3, 2, 1, 0, {"uscc_missing": 1}),
        "register": (9, 4, 0, 5, {"title": 2, "code_row": 1, "subtotal": 1, "footnote": 1}),
        "contracts": (4, 2, 1, 1, {"title": 1, "interval_unreadable": 1}),
        "ratings": (3, 2, 0, 1, {"title": 1}),
    }


def test_each_file_says_by_which_profile_it_was_read(handed: Handed) -> None:
    """The batch keeps its name."""
    with handed.database.reading() as connection:
        read = {row["file_name"]: row["profile"] for row in hand_overs.batches(connection)}
    assert read["税收.xlsx"] == "tax-finance-titled"
    assert read["宗地.zip"] == "parcels-gis"
    assert None not in read.values()


def test_numbers_are_exact(handed: Handed) -> None:
    """万元, 千元, 万千瓦时, 万立方米, in whatever digits: minor units, and a year each."""
    fen, watt_hours = 1_000_000, 10_000_000
    assert of(handed.database, "tax") == {
        (A, "2023", "tax", 1_234_560_000),
        (C, "2023", "tax", 98_700_000),
        (D, "2023", "tax", 12 * fen),
    }
    assert of(handed.database, "revenue") == {
        (A, "2023", "revenue", 23_456 * fen),
        (B, "2023", "revenue", 15_000 * fen),
        (C, "2023", "revenue", 1_200 * fen),
        (D, "2023", "revenue", 800 * fen),
    }
    assert of(handed.database, "electricity") == {
        (A, "2023", "electricity", 1_305 * watt_hours // 10),
        (B, "2023", "electricity", 300 * watt_hours),
        (C, "2023", "electricity", 1_525 * watt_hours // 100),
    }
    assert (B, "2023", "output", 16_000_050_000) in of(handed.database, "output")
    assert {code for code, *_ in of(handed.database, "energy_equal_supply")} == {A, B}
    assert {(code, year) for code, year, *_ in of(handed.database, "gas")} == {(A, "2023"), (C, "2023")}


def test_the_cell_in_doubt_was_corrected(handed: Handed) -> None:
    """In a batch of its own, which names the first."""
    assert (handed.corrected.read, handed.corrected.accepted) == (1, 1)
    with handed.database.reading() as connection:
        batch = hand_overs.batch(connection, handed.corrected.batch_id or 0)
    assert batch is not None
    assert (batch["corrects"], batch["profile"]) == (handed.reports["tax"].batch_id, "tax-finance-titled")


def test_land_lies_where_it_is(handed: Handed) -> None:
    """Eastings with the zone's number become CGCS2000; the polygon's own area agrees with the square."""
    with handed.database.reading() as connection:
        query = select(Parcel.code, Parcel.holder, Parcel.geodesic_area_m2, Parcel.registered_area_m2)
        rows = {row.code: row for row in connection.execute(query)}
    assert rows[P2].holder == "乙电子有限公司"
    assert [row.registered_area_m2 for row in rows.values()] == [40000, 40000, 39990]
    assert all(abs(row.geodesic_area_m2 - 40_000) < 20 for row in rows.values())


def test_limits_are_kept_as_numbers_and_as_printed(handed: Handed) -> None:
    """Both ends, promises in 万元/亩 whatever unit they are printed in, areas of two units in one cell."""
    with handed.database.reading() as connection:
        found = {row.parcel_code: row for row in connection.execute(select(*GrantContract.__table__.c))}
    first, second = found[P1], found[P2]
    assert (first.far, first.far_max, first.far_printed) == (2.0, 2.8, "2.0<r≤2.8")
    assert (second.far, second.far_max, second.coverage, second.coverage_max) == (0.7, 1.8, 0.3, 0.55)
    assert (first.area_m2, second.area_m2) == (40_000, 40_000)
    assert (first.investment_wan_yuan_per_mu, second.investment_wan_yuan_per_mu) == (216, 550)
    assert (first.green_max, first.height_max_m, second.height_max_m) == (0.2, 24, None)


def test_capital_keeps_its_currency(handed: Handed) -> None:
    """``100万美元`` is no yuan, and ``****`` is nothing."""
    with handed.database.reading() as connection:
        query = select(Enterprise.uscc, Enterprise.capital_wan, Enterprise.capital_currency)
        found = {uscc: (amount, currency) for uscc, amount, currency in connection.execute(query)}
    assert found == {A: (5000, "CNY"), B: (100, "USD"), C: (500, "CNY"), D: (None, None)}


def test_a_score_leads_back_to_file_sheet_and_row(handed: Handed) -> None:
    """Also the one that was corrected; what nobody occupies is not scored."""
    run = evaluate(handed.database, shipped_scheme("parcel"), "2023")
    assert run.parcels == 3
    told = explanation(handed.database, run.id, P1)["calculation"]
    rows = {(figure["subject_code"], figure["metric"]): figure["source"] for figure in told["figures"]}
    source = rows[A, "tax"]
    assert (source["file"], source["sheet"], source["row"]) == ("税收.xlsx", "Sheet", 4)
    assert rows[A, "energy_equal_supply"]["file"] == "年报.xls"
    content = next(row for row in told["source_rows"] if row["id"] == source["id"])["content"]
    assert content["实缴税收"] == "1,234.56"
    assert explanation(handed.database, run.id, P3)["result"]["status"] != "scored"
