"""Branches: what is reported for one counts where it sits, or else at its head office, and never twice."""

import itertools
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.units import MINOR_LIMIT
from service.jobs.evaluating import evaluate, repeat
from service.jobs.explaining import explanation
from service.jobs.reconciling import reconciliation
from service.reference.schemes import shipped_scheme
from service.store import inputs
from service.store.branches import HEADS, _last, passed_on
from service.store.database import Database
from tests.support.parks import E1, E2, E3, E4, HandOvers, hand_over_small_park

B1, B2 = E3, E4
"""Branches of E1."""


@pytest.fixture
def park(database: Database, tmp_path: Path) -> HandOvers:
    """The small park, with two branches of E1 and what they reported for 2023."""
    hand_over_small_park(database, tmp_path)
    folder = tmp_path / "branches"
    folder.mkdir()
    files = HandOvers(database, folder)
    files.branches({"uscc": B1, "head_uscc": E1}, {"uscc": B2, "head_uscc": B1})
    files.figures(
        {"uscc": B1, "period": 2023, "tax": 30, "output": 100},
        {"uscc": B2, "period": 2023, "tax": 7, "output": ""},
    )
    return files


def _tax(database: Database, district: str = "330299") -> dict[str, int]:
    with database.reading() as connection:
        table = inputs.read(connection, district, "2023")["enterprise_figures"]
    return {row["uscc"]: row["tax"] // 1_000_000 for row in table.rows(named=True) if row["tax"] is not None}


def _passed(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as connection:
        table = inputs.read(connection, "330299", "2023")["passed_on"]
    return list(table.select("code", "kind", "into").iter_rows())


def test_a_branch_without_land_passes_its_figures_to_its_head_office(park: HandOvers) -> None:
    """Also through another branch; the register of branches alone decides, no name does."""
    assert _tax(park.database) == {E1: 437, E2: 50}
    assert _passed(park.database) == [(B1, "enterprise", E1), (B2, "enterprise", E1)]


@pytest.mark.parametrize(
    ("since", "until", "stands"),
    [("", "", True), ("2023-12-31", "", True), ("", "2022-12-31", False), ("2024-01-01", "", False)],
)
def test_a_branch_that_holds_land_in_the_period_stands_for_itself(
    park: HandOvers, since: str, until: str, stands: bool
) -> None:
    """Then its own branch passes on to it; before and after its holding it is its head's again."""
    park.occupancies({"parcel_code": "P3", "uscc": B1, "role": "own", "valid_from": since, "valid_to": until})
    assert _tax(park.database) == ({E1: 400, E2: 50, B1: 37} if stands else {E1: 437, E2: 50})


def test_a_branch_with_a_figure_of_a_parcel_stands_for_itself(park: HandOvers) -> None:
    """A meter on the parcel shows that it sits there, whatever the survey missed."""
    park.figures({"parcel_code": "P3", "part_of": B1, "period": 2023, "tax": 3})
    assert _tax(park.database) == {E1: 400, E2: 50, B1: 37}


def test_nothing_is_lost_and_nothing_counts_twice(park: HandOvers) -> None:
    """Reported, direct, allocated and unallocated add up to what was handed over, to the last unit."""
    run = evaluate(park.database, shipped_scheme("parcel"), "2023", "330299")
    (tax,) = [
        each for each in reconciliation(park.database, run.id)["metrics"] if each["metric"]["code"] == "tax"
    ]
    assert tax["minor"]["reported"] == (400 + 50 + 30 + 7) * 1_000_000
    assert tax["minor"]["unallocated"] == 0
    repetition = repeat(park.database, run.id)
    assert (repetition.repeated_hash, repetition.differences) == (repetition.stored_hash, ())
    assert evaluate(park.database, shipped_scheme("parcel"), "2023", "330299").repeated


def test_an_explanation_leads_to_the_rows_of_the_branches(park: HandOvers) -> None:
    """The head's figure tells what of it came from which branch, each with file and row."""
    run = evaluate(park.database, shipped_scheme("parcel"), "2023", "330299")
    told = explanation(park.database, run.id, "P1")["calculation"]
    (tax,) = [each for each in told["figures"] if (each["subject_code"], each["metric"]) == (E1, "tax")]
    assert tax["value"] == 437 * 1_000_000
    assert [(part["code"], part["value"] // 1_000_000) for part in tax["passed_on"]] == [(B1, 30), (B2, 7)]
    assert {part["source"]["row"] for part in tax["passed_on"]} == {2, 3}
    assert {row["id"] for row in told["source_rows"]} >= {
        part["source"]["id"] for part in (*tax["passed_on"], tax)
    }


def test_a_correction_of_a_branch_replaces_its_share_alone(park: HandOvers) -> None:
    """Figures keep the code they were handed over with, so that a later one supersedes."""
    park.figures({"uscc": B1, "period": 2023, "tax": 20})
    assert _tax(park.database)[E1] == 427


def test_the_order_of_arrival_does_not_matter(database: Database, tmp_path: Path) -> None:
    """Branches before figures, or figures years before the register of branches: one snapshot."""
    hashes = set()
    for number, order in enumerate(itertools.permutations(("branches", "figures", "occupancies"))):
        period = str(2010 + number)
        folder = tmp_path / period
        folder.mkdir()
        files = HandOvers(database, folder)
        for feed in order:
            if feed == "branches":
                files.branches({"uscc": B1, "head_uscc": E1})
            elif feed == "figures":
                files.figures(
                    {"uscc": B1, "period": period, "tax": 5}, {"uscc": E1, "period": period, "tax": 1}
                )
            else:
                files.occupancies({"parcel_code": "P1", "uscc": E1, "role": "own"})
        if number == 0:
            files.parcels({"code": "P1", "registered_area_m2": 5})
        with database.reading() as connection:
            tables = inputs.read(connection, "330299", period)
        hashes.add(tables["enterprise_figures"].write_csv() + tables["passed_on"].write_csv())
    assert len(hashes) == 1


def test_a_head_office_in_another_district_gets_the_figures_there(park: HandOvers) -> None:
    """Wherever the branch's figures were handed over, they follow the head's land, and count once."""
    far = HandOvers(park.database, park.folder, district="330298")
    far.parcels({"code": "F1", "registered_area_m2": 7, "at": 9})
    far.occupancies({"parcel_code": "F1", "uscc": E2, "role": "own"})
    park.branches({"uscc": B1, "head_uscc": E2}, {"uscc": B2, "head_uscc": E2})
    assert _tax(park.database) == {E1: 400, E2: 87}
    assert _tax(park.database, "330298") == {E2: 87}


def test_codes_in_a_circle_lead_nowhere() -> None:
    """Each then stands for itself; those that lead into the circle, too."""
    assert _last({"a": "b", "b": "a", "c": "a", "d": "h", "e": "d", "s": "s"}) == {"d": "h", "e": "h"}


def test_a_sum_too_large_to_be_exact_is_not_made() -> None:
    """The branches keep their figures, which stay visible as unallocated."""
    largest = MINOR_LIMIT - 1
    totals = pl.DataFrame(
        [("b", "tax", largest, True), ("h", "tax", 1, True), ("c", "tax", 2, True), ("g", "tax", 3, True)],
        schema=["uscc", "metric", "value", "handed_over_here"],
        orient="row",
    )
    heads = pl.DataFrame({"uscc": ["b", "c"], "head": ["h", "g"]}, schema=HEADS)
    done, branches = passed_on(totals, heads)
    assert sorted(done.select("uscc", "value").iter_rows()) == [("b", largest), ("g", 5), ("h", 1)]
    assert branches["uscc"].to_list() == ["c"]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["tax", "output"])),
        st.integers(-(10**12), 10**12),
        max_size=16,
    ),
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")),
)
def test_the_sum_of_all_totals_stays_what_it_was(
    figures: dict[tuple[str, str], int], given_heads: dict[str, str]
) -> None:
    """Whatever the branches, per metric, to the last minor unit; one row per enterprise and metric."""
    totals = pl.DataFrame(
        [(*key, value, True) for key, value in figures.items()],
        schema={"uscc": pl.String, "metric": pl.String, "value": pl.Int64, "handed_over_here": pl.Boolean},
        orient="row",
    )
    last = _last(given_heads)
    heads = pl.DataFrame({"uscc": list(last), "head": list(last.values())}, schema=HEADS)
    done, _ = passed_on(totals, heads)
    for metric in ("tax", "output"):
        before = totals.filter(pl.col("metric") == metric)["value"].sum()
        assert done.filter(pl.col("metric") == metric)["value"].sum() == before
    assert not done.select("uscc", "metric").is_duplicated().any()
    assert not set(done["uscc"]) & set(last)
