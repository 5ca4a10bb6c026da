"""Parcels that got other codes, were merged or split: figures follow their land, whatever came first."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation
from service.reference.schemes import shipped_scheme
from service.store import inputs
from service.store.database import Database
from service.store.models import Figure, SourceRow
from tests.support.parks import E1, E2, HandOvers


def _parcels(database: Database, period: str = "2023") -> tuple[dict[str, int], set[str]]:
    """Return the tax of parcels in 万元, and the parcels evaluated."""
    with database.reading() as connection:
        tables = inputs.read(connection, "330299", period)
    figures = tables["parcel_figures"].rows(named=True)
    return {row["parcel_code"]: row["tax"] // 1_000_000 for row in figures}, set(
        tables["parcels"]["parcel_code"]
    )


def _figure(code: str, tax: int, period: int = 2023) -> dict[str, object]:
    return {"parcel_code": code, "period": period, "tax": tax}


@pytest.fixture
def files(database: Database, tmp_path: Path) -> HandOvers:
    """An empty store to hand over to."""
    return HandOvers(database, tmp_path)


@pytest.mark.parametrize("succession_first", [True, False])
def test_a_renumbered_parcel_is_one_parcel(files: HandOvers, succession_first: bool) -> None:
    """Whether the word of the new code came before or after the figure; the old polygon is gone."""
    files.parcels({"code": "OLD"}, {"code": "NEW", "at": 0}, {"code": "P"})
    steps = [
        lambda: files.successions({"old_code": "OLD", "new_code": "NEW", "kind": "renumbered"}),
        lambda: files.figures(_figure("OLD", 5)),
    ]
    for step in steps if succession_first else reversed(steps):
        step()
    assert _parcels(files.database) == ({"NEW": 5}, {"NEW", "P"})


def test_a_row_under_the_old_code_says_so_and_supersedes(files: HandOvers) -> None:
    """Both codes are one key: what comes later counts, nothing is counted twice."""
    files.parcels({"code": "NEW"})
    files.successions({"old_code": "OLD", "new_code": "NEW", "kind": "alias"})
    files.figures(_figure("NEW", 5))
    report = files.figures(_figure("OLD", 6))
    with files.database.reading() as connection:
        notes = connection.execute(select(SourceRow.reason).where(SourceRow.batch_id == report.batch_id))
        assert notes.scalars().all() == ["parcel_renumbered"]
        codes = select(Figure.subject_code).where(Figure.superseded_by.is_(None))
        assert connection.execute(codes).scalars().all() == ["NEW"]
    assert _parcels(files.database)[0] == {"NEW": 6}


@pytest.mark.parametrize(("period", "verdict"), [(2022, "accepted"), (2023, "held"), (2024, "held")])
def test_a_figure_of_a_split_parcel_waits_from_the_year_of_the_split(
    files: HandOvers, period: int, verdict: str
) -> None:
    """Nobody can tell which part is meant; of an earlier year the whole parcel is, as it then was."""
    parts = (
        {"old_code": "A", "new_code": part, "kind": "split", "effective_on": "2023-05-01"}
        for part in ("A1", "A2")
    )
    files.successions(*parts)
    report = files.figures(_figure("A", 5, period))
    assert getattr(report, verdict) == 1
    if verdict == "held":
        with files.database.reading() as connection:
            row = connection.execute(
                select(SourceRow.reason, SourceRow.detail, SourceRow.subject).where(
                    SourceRow.batch_id == report.batch_id
                )
            ).one()
        assert row.reason == "parcel_split"
        assert "A1, A2" in row.detail


def test_a_survey_of_a_split_parcel_waits_unless_it_ended_before(files: HandOvers) -> None:
    """Days of the row decide; a row without days may speak of today."""
    files.successions(
        *(
            {"old_code": "A", "new_code": part, "kind": "split", "effective_on": "2023-05-01"}
            for part in ("A1", "A2")
        )
    )
    held = {"parcel_code": "A", "role": "own"}
    report = files.occupancies(
        held | {"uscc": E1, "valid_to": "2023-04-30"}, held | {"uscc": E2, "valid_to": ""}
    )
    assert (report.accepted, report.reasons) == (1, {"parcel_split": 1})


def test_parcels_of_a_split_are_those_of_the_year(files: HandOvers) -> None:
    """Before it the whole one is evaluated, afterwards its parts, and no land counts twice."""
    files.parcels({"code": "A"}, {"code": "A1"}, {"code": "A2"})
    files.figures(_figure("A", 5, 2022))
    files.successions(
        *(
            {"old_code": "A", "new_code": part, "kind": "split", "effective_on": "2023-05-01"}
            for part in ("A1", "A2")
        )
    )
    assert _parcels(files.database, "2022") == ({"A": 5}, {"A"})
    assert _parcels(files.database, "2023")[1] == {"A1", "A2"}


def test_merged_parcels_add_up(files: HandOvers) -> None:
    """From the year of the merger on; before it each is evaluated by itself."""
    files.parcels({"code": "A"}, {"code": "B"}, {"code": "C"})
    files.figures(_figure("A", 5), _figure("B", 7), _figure("A", 1, 2022), _figure("B", 2, 2022))
    files.successions(
        *({"old_code": old, "new_code": "C", "kind": "merged", "effective_on": "2023-05-01"} for old in "AB")
    )
    assert _parcels(files.database, "2022") == ({"A": 1, "B": 2}, {"A", "B"})
    assert _parcels(files.database, "2023") == ({"C": 12}, {"C"})


def test_what_is_said_of_the_merged_parcel_itself_comes_first(files: HandOvers) -> None:
    """It is a statement on all of the land, which its parts would count a second time."""
    files.parcels({"code": "C"})
    files.figures(_figure("A", 5), _figure("B", 7), _figure("C", 13))
    files.successions(*({"old_code": old, "new_code": "C", "kind": "merged"} for old in "AB"))
    assert _parcels(files.database)[0] == {"C": 13}


def test_earlier_figures_of_parts_that_nobody_drew_go_to_the_merged_parcel(files: HandOvers) -> None:
    """A store that has only today's parcels still places the years before."""
    files.parcels({"code": "C"})
    files.figures(_figure("A", 5, 2021), _figure("B", 7, 2021))
    files.successions(
        *({"old_code": old, "new_code": "C", "kind": "merged", "effective_on": "2023-05-01"} for old in "AB")
    )
    assert _parcels(files.database, "2021")[0] == {"C": 12}


def test_holdings_follow_and_explanations_lead_back(files: HandOvers) -> None:
    """Floors on both parts add up to one holding of the firm, and each figure names its own row."""
    files.parcels(
        {"code": "A", "registered_area_m2": 4000}, {"code": "B"}, {"code": "C", "registered_area_m2": 9000}
    )
    files.enterprises({"uscc": E1, "name": "One", "industry": "C34", "above_scale": "true"})
    files.occupancies(
        *({"parcel_code": code, "uscc": E1, "role": "own", "floor_area_m2": 100} for code in "AB")
    )
    files.figures({"uscc": E1, "period": 2023, "tax": 100, "output": 1000, "energy_equal_supply": 10})
    files.figures({"parcel_code": "A", "part_of": E1, "period": 2023, "tax": 30})
    files.figures({"parcel_code": "B", "part_of": E1, "period": 2023, "tax": 20})
    files.successions(
        *({"old_code": old, "new_code": "C", "kind": "merged", "effective_on": "2023-01-01"} for old in "AB")
    )
    with files.database.reading() as connection:
        (held,) = inputs.read(connection, "330299", "2023")["occupancies"].rows(named=True)
    assert (held["parcel_code"], held["floor_area"]) == ("C", 20_000)
    run = evaluate(files.database, shipped_scheme("parcel"), "2023", "330299")
    told = explanation(files.database, run.id, "C")["calculation"]
    (direct,) = [each for each in told["figures"] if (each["subject"], each["metric"]) == ("parcel", "tax")]
    assert direct["value"] == 50 * 1_000_000
    assert [(part["code"], part["value"] // 1_000_000) for part in direct["passed_on"]] == [
        ("A", 30),
        ("B", 20),
    ]
    assert all(part["source"]["row"] == 2 for part in direct["passed_on"])
    assert told["occupancies"][0]["source"] is not None


def test_codes_in_a_circle_hold_the_row(files: HandOvers) -> None:
    """A person has to mend the lineage; nothing is guessed and nothing runs forever."""
    files.successions({"old_code": "A", "new_code": "B"}, {"old_code": "B", "new_code": "A"})
    assert files.figures(_figure("A", 5)).reasons == {"parcel_lineage_circular": 1}


def test_land_without_lineage_is_read_as_before(files: HandOvers) -> None:
    """Nothing of a snapshot changes for parcels that nobody renumbered."""
    files.parcels({"code": "A"}, {"code": "B"})
    files.figures(_figure("A", 5))
    with files.database.reading() as connection:
        before = inputs.read(connection, "330299", "2023")
    files.successions({"old_code": "X", "new_code": "Y", "effective_on": str(date(2020, 1, 1))})
    with files.database.reading() as connection:
        after = inputs.read(connection, "330299", "2023")
    assert all(before[name].equals(after[name]) for name in before)
