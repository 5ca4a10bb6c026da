"""Coverage from the store: state of every feed of every parcel, who brings it, what blocks, how it went."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from service.domain.areas import AreaKind
from service.domain.coverage import State
from service.domain.hand_overs import ImportReport
from service.errors import InvalidParameter, NotFound
from service.jobs.covering import Cell, Wanted, blockers, coverage, listed, record_coverage, trend
from service.jobs.evaluating import evaluate, publish
from service.jobs.periods import today
from service.reference.bureaus import stale_after
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from service.store.models import CoveragePoint, SourceRow
from tests.support.parks import E1, E2, E3, HandOvers, hand_over_small_park

FEEDS = ["land_area", "occupancy", "enterprise", "energy_equal_supply", "output", "tax"]
WHOLE = {"tax": 400, "output": 8000, "energy_equal_supply": 1000}


@pytest.fixture
def files(database: Database, tmp_path: Path) -> HandOvers:
    """The small park, and a folder for what is handed over later."""
    hand_over_small_park(database, tmp_path)
    later = tmp_path / "later"
    later.mkdir()
    return HandOvers(database, later)


def cell(database: Database, code: str, feed: str, period: str = "2023", as_of: date | None = None) -> Cell:
    """One feed of one parcel."""
    wanted = Wanted(parcel_code=code, feed=feed)
    (found,) = listed(database, None, period, wanted=wanted, as_of=as_of).cells
    return found


def states(database: Database, code: str, period: str = "2023") -> dict[str, str]:
    """Feed → state of a parcel."""
    found = listed(database, None, period, wanted=Wanted(parcel_code=code)).cells
    return {each.feed.code: each.state.code for each in found}


def speaks_of(database: Database, report: ImportReport, subject: str) -> int:
    """Say whose the one held row of a hand-over is; returns its id."""
    assert report.held == 1
    held = (SourceRow.batch_id == report.batch_id) & (SourceRow.verdict == "held")
    with database.writing() as connection:
        connection.execute(update(SourceRow).where(held).values(subject=subject))
        return connection.execute(select(SourceRow.id).where(held)).scalar_one()


class TestStates:
    """What each of the four words means."""

    def test_what_is_there_and_recent_is_fresh(self, database: Database, files: HandOvers) -> None:
        """With the hand-over that brought it and the bureau that is responsible."""
        assert states(database, "P1") == dict.fromkeys(FEEDS, "fresh")
        tax = cell(database, "P1", "tax")
        assert (tax.extent.value, tax.have, tax.need, tax.reason) == ("complete", 1, 1, None)
        assert (tax.bureau.code, tax.bureau.zh) == ("tax", "税务局")
        assert (tax.batch_id, tax.received_at is not None) == (4, True)
        assert cell(database, "P1", "occupancy").batch_id == 3

    def test_what_nobody_gave_is_missing_with_its_reason(self, database: Database, files: HandOvers) -> None:
        """Nobody is known on P3; on P2 one of two reported no energy: something is there."""
        assert states(database, "P3") == {"land_area": "fresh"} | dict.fromkeys(FEEDS[1:], "missing")
        nobody, energy = cell(database, "P3", "tax"), cell(database, "P2", "energy_equal_supply")
        assert nobody.reason is not None
        assert (nobody.extent.value, nobody.reason.code, nobody.batch_id) == ("none", "no_occupant", None)
        assert energy.reason is not None
        assert (energy.state.code, energy.extent.value) == ("missing", "partial")
        assert (energy.have, energy.need, energy.reason.code) == (1, 2, "not_reported")

    @pytest.mark.parametrize("feed", ["land_area", "occupancy", "enterprise"])
    def test_a_register_gets_stale_when_its_bureau_is_late(
        self, database: Database, files: HandOvers, feed: str
    ) -> None:
        """After so many months it is complete still, and stale."""
        last = _months_later(today(), stale_after(feed))
        assert cell(database, "P1", feed, as_of=last).state.code == "fresh"
        old = cell(database, "P1", feed, as_of=last + timedelta(days=1))
        assert old.reason is not None
        assert (old.state.code, old.extent.value, old.reason.code) == ("stale", "complete", "hand_over_old")

    def test_figures_that_come_within_their_year_count_from_its_end(
        self, database: Database, files: HandOvers
    ) -> None:
        """A figure of a year that is not over is as fresh as one that comes on its last day."""
        year = str(today().year + 1)
        files.figures({"uscc": E1, "period": year, **WHOLE})
        last = _months_later(date(int(year), 12, 31), stale_after("tax"))
        assert cell(database, "P1", "tax", year, as_of=last).state.code == "fresh"
        assert cell(database, "P1", "tax", year, as_of=last + timedelta(days=1)).state.code == "stale"

    def test_saying_the_same_again_is_a_hand_over(self, database: Database, files: HandOvers) -> None:
        """Nothing changes in the store but who spoke last."""
        report = files.figures({"uscc": E1, "period": 2023, **WHOLE}, {"uscc": E3, "period": 2023, "tax": 1})
        assert (report.duplicate, report.accepted) == (1, 1)
        assert cell(database, "P1", "tax").batch_id == report.batch_id
        again = files.enterprises({"uscc": E1, "name": "One", "industry": "C3411", "above_scale": "true"})
        assert again.duplicate == 1
        assert cell(database, "P1", "enterprise").batch_id == again.batch_id
        assert cell(database, "P1", "tax").batch_id == report.batch_id

    def test_figures_of_another_year_say_nothing_of_this_one(
        self, database: Database, files: HandOvers
    ) -> None:
        """Neither when they are new nor when they repeat."""
        files.figures({"uscc": E1, "period": 2022, **WHOLE})
        files.figures({"uscc": E1, "period": 2022, **WHOLE}, {"uscc": E3, "period": 2022, "tax": 1})
        assert cell(database, "P1", "tax").batch_id == 4

    def test_what_is_there_for_an_earlier_year_only_is_stale(
        self, database: Database, files: HandOvers
    ) -> None:
        """The newest one is named; a later one is none."""
        for period in (2020, 2022, 2025):
            files.figures({"uscc": E2, "period": period, "energy_equal_supply": 5})
        energy = cell(database, "P2", "energy_equal_supply")
        assert (energy.state.code, energy.earlier, energy.extent.value) == ("stale", "2022", "partial")
        assert energy.reason is not None
        assert "2022" in energy.reason.zh
        assert cell(database, "P2", "energy_equal_supply", "2020").state.code == "missing"  # of E1

    def test_a_holding_that_ended_before_is_stale(self, database: Database, files: HandOvers) -> None:
        """The survey knows who was there, and until which year."""
        files.occupancies(
            {"parcel_code": "P3", "uscc": E3, "role": "own", "floor_area_m2": 9, "valid_to": "2021-06-30"}
        )
        found = cell(database, "P3", "occupancy")
        assert (found.state.code, found.earlier) == ("stale", "2021")


class TestHeld:
    """What was handed over and waits for somebody to correct it."""

    def test_a_held_figure_is_held_for_its_metric_and_year(
        self, database: Database, files: HandOvers
    ) -> None:
        """The firm gave energy for 2023, in a row that cannot be read; tax and other years are as before."""
        report = files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": "lots"})
        speaks_of(database, report, E2)
        energy = cell(database, "P2", "energy_equal_supply")
        assert (energy.state.code, energy.extent.value, energy.held_rows) == ("held", "partial", 1)
        assert (energy.held_batch_id, energy.held_reason) == (report.batch_id, "number_unreadable")
        assert energy.reason is not None
        assert "待核" in energy.reason.zh
        assert cell(database, "P2", "tax").state.code == "fresh"
        assert cell(database, "P2", "energy_equal_supply", "2022").state.code == "missing"

    def test_held_goes_before_stale(self, database: Database, files: HandOvers) -> None:
        """Correcting the row is nearer than another hand-over."""
        files.figures({"uscc": E2, "period": 2022, "energy_equal_supply": 5})
        speaks_of(database, files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": "x"}), E2)
        energy = cell(database, "P2", "energy_equal_supply")
        assert (energy.state.code, energy.earlier) == ("held", None)

    def test_what_is_complete_is_not_held(self, database: Database, files: HandOvers) -> None:
        """A held correction of a figure that is there leaves it fresh."""
        speaks_of(database, files.figures({"uscc": E1, "period": 2023, "tax": "x"}), E1)
        tax = cell(database, "P1", "tax")
        assert (tax.state.code, tax.held_rows) == ("fresh", None)

    def test_a_settled_row_is_held_no_more(self, database: Database, files: HandOvers) -> None:
        """A correction that was held again settles nothing; one that was skipped does."""
        report = files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": "lots"})
        row = speaks_of(database, report, E2)
        for verdict, state in (("held", "held"), ("skipped", "missing")):
            with database.writing() as connection:
                connection.execute(
                    insert(SourceRow).values(
                        batch_id=report.batch_id,
                        sheet="",
                        row=2,
                        content="{}",
                        verdict=verdict,
                        subject=E2,
                        corrects=row,
                    )
                )
            found = cell(database, "P2", "energy_equal_supply")
            assert (found.state.code, found.held_rows) == (state, 1 if state == "held" else None)

    def test_held_rows_of_registers(self, database: Database, files: HandOvers) -> None:
        """A holding on the parcel, and an occupant's own registration."""
        survey = files.occupancies({"parcel_code": "P3", "uscc": "nobody", "role": "own"})
        speaks_of(database, survey, "P3")
        assert states(database, "P3")["occupancy"] == "held"
        files.occupancies({"parcel_code": "P3", "uscc": E3, "role": "own", "floor_area_m2": 9})
        assert states(database, "P3")["enterprise"] == "missing"
        speaks_of(database, files.enterprises({"uscc": E3, "name": "Three", "above_scale": "x"}), E3)
        assert states(database, "P3") == dict.fromkeys(FEEDS, "missing") | {
            "land_area": "fresh",
            "occupancy": "fresh",
            "enterprise": "held",
        }


class TestReport:
    """Counts per group and for the park."""

    @pytest.mark.parametrize(
        ("by", "groups"),
        [("town", {"east": 3}), ("industry", {"34": 2, "unknown": 1}), ("district", {"330299": 3})],
    )
    def test_groups_divide_the_park(
        self, database: Database, files: HandOvers, by: str, groups: dict[str, int]
    ) -> None:
        """Every parcel is in one group, and what the groups count is what the park counts."""
        report = coverage(database, periods=["2023"], by=by)  # type: ignore[arg-type]
        assert {group.group: group.parcels.parcels for group in report.groups} == groups
        (park,) = report.park
        assert park.covered.parcels == sum(group.covered.parcels for group in report.groups) == 1
        for number, feed in enumerate(park.feeds):
            counted = [feed.fresh, feed.stale, feed.held, feed.missing]
            assert sum(each.parcels for each in counted) == 3
            assert sum(each.area_m2 for each in counted) == 30_000
            assert feed.fresh.parcels == sum(group.feeds[number].fresh.parcels for group in report.groups)

    def test_several_periods_come_in_the_order_asked(self, database: Database, files: HandOvers) -> None:
        """Each is counted on its own."""
        report = coverage(database, periods=["2022", "2023"])
        assert [park.period for park in report.park] == report.periods == ["2022", "2023"]
        tax = [park.feeds[-1] for park in report.park]
        assert [feed.fresh.parcels for feed in tax] == [0, 2]

    def test_the_next_write_counts(self, database: Database, files: HandOvers) -> None:
        """What is remembered is of one state of the store."""
        assert coverage(database, periods=["2023"]).park[0].covered.parcels == 1
        files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": 7})
        assert coverage(database, periods=["2023"]).park[0].covered.parcels == 2

    def test_the_usual_period_is_the_newest_published(self, database: Database, files: HandOvers) -> None:
        """Until something is published the newest year with figures; afterwards what is published."""
        files.figures({"uscc": E1, "period": 2024, "tax": 1})
        assert coverage(database).periods == ["2024"]
        publish(database, evaluate(database, shipped_scheme("parcel"), "2023").id)
        assert coverage(database).periods == ["2023"]

    def test_without_a_recorded_area_the_geometry_counts(self, database: Database, files: HandOvers) -> None:
        """Land that nobody can unlock would never be asked for."""
        scheme = shipped_scheme("parcel").model_copy(update={"land_area": (AreaKind.SURVEYED,)})
        report = coverage(database, periods=["2023"], scheme=scheme)
        assert report.park[0].feeds[0].missing.parcels == 3
        assert report.park[0].parcels.area_m2 > 0


class TestListing:
    """Parcels × feeds, page by page."""

    def test_pages_give_every_cell_once(self, database: Database, files: HandOvers) -> None:
        """Whatever the size of the page."""
        whole = listed(database, period="2023").cells
        assert [(each.parcel_code, each.feed.code) for each in whole] == [
            (code, feed) for code in ("P1", "P2", "P3") for feed in FEEDS
        ]
        pages, after, more = [], 0, True
        while more:
            page = listed(database, period="2023", after=after, limit=4)
            pages += page.cells
            after, more = page.cells[-1].id, page.more
        assert pages == whole

    def test_filters_narrow_together(self, database: Database, files: HandOvers) -> None:
        """By state, feed, town and bureau."""
        every = listed(database, period="2023").cells
        missing = listed(database, period="2023", wanted=Wanted(state=State.MISSING)).cells
        assert missing == [each for each in every if each.state.code == "missing"]
        theirs = listed(database, period="2023", wanted=Wanted(state=State.MISSING, bureau="tax")).cells
        assert [(each.parcel_code, each.feed.code) for each in theirs] == [("P3", "tax")]
        assert listed(database, period="2023", wanted=Wanted(town="west")).cells == []

    def test_a_feed_that_the_scheme_does_not_read_is_refused(
        self, database: Database, files: HandOvers
    ) -> None:
        """By name, with those there are."""
        with pytest.raises(InvalidParameter, match="headcount"):
            listed(database, period="2023", wanted=Wanted(feed="headcount"))


class TestBlockers:
    """What would unlock land."""

    def test_each_missing_hand_over_unlocks_its_land(self, database: Database, files: HandOvers) -> None:
        """P2 waits for energy; P3 for the survey, without which nobody knows whom to ask for the rest."""
        files.parcels({"code": "P4", "registered_area_m2": 70_000, "town": "east"})
        files.occupancies({"parcel_code": "P4", "uscc": E3, "role": "own", "floor_area_m2": 9})
        report = blockers(database, period="2023")
        assert (report.parcels.area_m2, report.uncovered.area_m2) == (100_000, 90_000)
        found = {
            each.feed.code: (each.unlocks.area_m2, each.touches.area_m2, each.nobody_known.area_m2)
            for each in report.blockers
        }
        assert found == {
            "occupancy": (10_000, 10_000, 10_000),
            "energy_equal_supply": (10_000, 80_000, 0),
            "enterprise": (0, 70_000, 0),
            "output": (0, 70_000, 0),
            "tax": (0, 70_000, 0),
        }
        assert [step.unlocked.area_m2 for step in report.order] == [10_000, 20_000, 20_000, 20_000, 90_000]
        assert [each.parcel_code for each in report.waiting] == ["P4", "P2", "P3"]
        assert [feed.code for feed in report.waiting[2].lacks] == ["occupancy"]

    def test_what_is_held_is_said_apart(self, database: Database, files: HandOvers) -> None:
        """Correcting the row would do."""
        report = files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": "lots"})
        speaks_of(database, report, E2)
        found = {each.feed.code: each for each in blockers(database, period="2023").blockers}
        energy = found["energy_equal_supply"]
        assert (energy.held.parcels, energy.missing.parcels, energy.unlocks.parcels) == (1, 0, 1)

    def test_what_is_old_does_not_block(self, database: Database, files: HandOvers) -> None:
        """Stale by age is complete."""
        later = today() + timedelta(days=3650)
        report = blockers(database, period="2023", as_of=later)
        assert report.uncovered == blockers(database, period="2023").uncovered
        assert {each.feed.code for each in report.blockers} == {"occupancy", "energy_equal_supply"}

    def test_the_promise_is_kept(self, database: Database, files: HandOvers) -> None:
        """When the hand-over comes, exactly so much land is covered as was said."""
        before = blockers(database, period="2023")
        promised = next(each for each in before.blockers if each.feed.code == "energy_equal_supply").unlocks
        files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": 3})
        after = blockers(database, period="2023")
        assert before.uncovered.area_m2 - after.uncovered.area_m2 == promised.area_m2 > 0


class TestTrend:
    """A point after every hand-over."""

    def test_points_follow_the_hand_overs(self, database: Database, files: HandOvers) -> None:
        """Energy of P2 comes with the fifth; recorded again, nothing is there twice."""
        record_coverage(database, 4)
        report = files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": 7})
        assert report.batch_id is not None
        kept = [record_coverage(database, report.batch_id) for _ in range(2)]
        with database.reading() as connection:
            assert connection.execute(select(func.count()).select_from(CoveragePoint)).scalar_one() > kept[0]
        points = trend(database, "330299", ["2023"], "energy_equal_supply").points
        assert [(point.batch_id, point.fresh.parcels, point.missing.parcels) for point in points] == [
            (4, 1, 2),
            (report.batch_id, 2, 1),
        ]
        assert all(point.fresh.area_m2 + point.missing.area_m2 == 30_000 for point in points)

    def test_only_the_years_that_came_get_a_point(self, database: Database, files: HandOvers) -> None:
        """Of figures those of the file; what coverage does not count gets none."""
        report = files.figures({"uscc": E1, "period": 2022, "tax": 1})
        assert report.batch_id is not None
        record_coverage(database, report.batch_id)
        assert {point.period for point in trend(database).points} == {"2022"}
        contracts = files.contracts({"parcel_code": "P1", "signed_on": "2020-01-01"})
        assert contracts.batch_id is not None
        assert record_coverage(database, contracts.batch_id) == 0

    def test_recording_leaves_coverage_exact_and_at_hand(
        self, database: Database, files: HandOvers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was worked out for the points answers the next question; the write after that is seen."""
        report = files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": 7})
        record_coverage(database, report.batch_id)
        with monkeypatch.context() as patched:
            patched.setattr("service.store.inputs.read", _never)
            assert coverage(database, periods=["2023"]).park[0].covered.parcels == 2
        files.occupancies({"parcel_code": "P3", "uscc": E1, "role": "own", "floor_area_m2": 9})
        assert coverage(database, periods=["2023"]).park[0].covered.parcels == 3
        assert record_coverage(database, None) == 0

    def test_unknown_batches_and_districts_are_named(self, database: Database, files: HandOvers) -> None:
        """Not found, both."""
        with pytest.raises(NotFound):
            record_coverage(database, 99)
        with pytest.raises(NotFound):
            trend(database, "nowhere")
        with pytest.raises(InvalidParameter):
            trend(database, periods=["soon"])


def _never(*_: object, **__: object) -> None:
    raise AssertionError("read again")


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - timedelta(days=1)).day))
