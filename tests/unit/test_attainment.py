"""Attainment (达产率) of what the grant contract promised."""

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import WAN, Snapshot, column, indicator, park_of, part, points, scheme, track


def against_contract(missing: str = "zero", times: str = "1", **changes: object) -> Scheme:
    """Return a scheme of tax per mu against the contract (60) and output against 10 万元/亩 (40)."""
    promised = {"method": "contract", "promise": "tax_per_mu", "times": times}
    return scheme(
        track(
            indicator(weight=60, method="attainment", benchmark=promised, missing=missing, **changes),
            indicator(
                "output_per_mu",
                numerator="output",
                weight=40,
                benchmark={"method": "fixed", "value": 10},
            ),
        )
    )


def promising() -> Snapshot:
    """Return P0 to P2 with a tax of 10 and an output of 10 万元/亩; P0 promised 20, P1 promised 4."""
    park = park_of(150, 150, 150).contract("P0", tax_per_mu=20).contract("P1", tax_per_mu=4)
    for number in range(3):
        park.reports(f"E{number}", output=150 * WAN)
    return park


def test_points_are_the_attained_part_of_the_promise() -> None:
    """Half of it is half the weight; two and a half times it is held by the cap."""
    results = promising().evaluated(against_contract(cap="1.5"))
    assert part(results, "tax_per_mu", "benchmark") == [20_000_000, 4_000_000, None]
    assert part(results, "tax_per_mu", "points") == [30_000_000, 90_000_000, 0]
    assert part(results, "tax_per_mu", "outcome") == ["scored", "capped", "missing_zero"]


def test_a_multiple_of_the_promise_may_be_the_benchmark() -> None:
    """Eight tenths of what was promised."""
    results = promising().evaluated(against_contract(times="0.8"))
    assert part(results, "tax_per_mu", "benchmark") == [16_000_000, 3_200_000, None]
    assert part(results, "tax_per_mu", "points")[0] == 37_500_000


def test_an_upper_bound_is_attained_by_using_less() -> None:
    """Energy per output: eight tenths of what was allowed are worth a quarter more than the weight."""
    energy = indicator(
        "energy_per_output",
        numerator="energy_equal_supply",
        denominator="output",
        unit="tce/万元",
        scale=10**9,
        direction="lower",
        cap=2,
        method="attainment",
        benchmark={"method": "contract", "promise": "energy_per_output"},
    )
    park = Snapshot().parcel("P").contract("P", energy_per_output=0.1).firm("E").holds("E", "P", 1)
    results = park.reports("E", output=100 * WAN, energy_equal_supply=8_000).evaluated(scheme(track(energy)))
    assert part(results, "energy_per_output", "value") == [80_000_000]
    assert points(results) == [125]


@pytest.mark.parametrize(
    ("missing", "expected", "outcome"),
    [
        ("zero", 40, "missing_zero"),
        ("group_mean", 130, "missing_group_mean"),
        ("renormalise", 100, "missing_renormalised"),
        ("not_scored", None, "not_scored"),
    ],
)
def test_a_parcel_without_a_contract_has_a_missing_item(
    missing: str, expected: float | None, outcome: str
) -> None:
    """Zero; the mean item of those with a contract (30 and 150); the rest alone; not at all."""
    results = promising().evaluated(against_contract(missing))
    assert points(results) == [70, 190, expected]
    assert part(results, "tax_per_mu", "outcome")[2] == outcome


def test_not_scored_names_the_promise() -> None:
    """What is missing is the contract's promise, not the tax."""
    results = promising().evaluated(against_contract("not_scored"))
    assert column(results, "reason")[2] == "promise_missing"


def test_a_promise_of_nothing_is_no_benchmark() -> None:
    """A contract that promises zero gives nothing to attain."""
    results = park_of(150).contract("P0", tax_per_mu=0).evaluated(against_contract())
    assert part(results, "tax_per_mu", "outcome") == ["benchmark_not_positive"]
    assert points(results) == [0]
