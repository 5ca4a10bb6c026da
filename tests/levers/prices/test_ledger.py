"""The ledger: differences to what was posted; sums are what is due, after whatever sequence of decisions."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from service.levers.prices.charges import amount_fen
from service.levers.prices.columns import COLUMNS
from service.levers.prices.ledger import Due, Entry, Key, Posted, entries
from service.levers.prices.tables import as_booked, frame

KEY = Key("2024-07", "P", "X", "M")


def due(wh: int, rate: int) -> Due:
    """What so many Wh cost."""
    return Due(wh, rate, amount_fen(wh, rate))


class Ledger:
    """Entries one after the other, as the store keeps them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def post(self, wanted: dict[Key, Due]) -> list[Entry]:
        """Post a decision; return its entries."""
        made = entries(self.posted(), wanted)
        self.entries += made
        return made

    def posted(self) -> dict[Key, Posted]:
        """Where every line stands."""
        found: dict[Key, Posted] = {}
        for number, each in enumerate(self.entries):
            before = found[each.key].amount_fen if each.key in found else 0
            found[each.key] = Posted(number, each.due.wh, each.due.rate, before + each.amount_fen)
        return found


def test_charge_refund_correction() -> None:
    """A first entry is a charge, less is a refund, more a correction; each names the one before it."""
    ledger = Ledger()
    steps = [due(1000_000, 100_000), due(1000_000, 50_000), due(2000_000, 50_000)]
    made = [ledger.post({KEY: each}) for each in steps]
    assert [[(e.kind, e.amount_fen, e.corrects) for e in each] for each in made] == [
        [("charge", 10_000, None)],
        [("refund", -5_000, 0)],
        [("correction", 5_000, 1)],
    ]


def test_a_line_that_is_due_no_more_is_refunded_whole() -> None:
    """And once only."""
    ledger = Ledger()
    ledger.post({KEY: due(1000_000, 100_000)})
    (refund,) = ledger.post({})
    assert (refund.kind, refund.amount_fen, refund.due.reason) == ("refund", -10_000, "no_longer_due")
    assert not ledger.post({})


def test_other_kilowatt_hours_for_the_same_money_are_stated() -> None:
    """An entry of nothing: what the ledger says of the line must be what is so."""
    ledger = Ledger()
    ledger.post({KEY: due(1_000_000, 100_000)})
    (made,) = ledger.post({KEY: due(1_000_001, 100_000)})
    assert (made.kind, made.amount_fen) == ("correction", 0)


def test_what_costs_nothing_is_not_posted() -> None:
    """An exempt firm has no entry; one that becomes exempt has a refund with the reason."""
    ledger = Ledger()
    free = Due(1_000_000, 0, 0, reason="exempt")
    assert not ledger.post({KEY: free})
    ledger.post({KEY: due(1_000_000, 100_000)})
    assert [each.due.reason for each in ledger.post({KEY: free})] == ["exempt"]


LINES = st.dictionaries(
    st.builds(Key, st.sampled_from(["2024-07", "2024-08"]), st.sampled_from("PQ"), st.just("X"), st.just("")),
    st.builds(due, st.integers(0, 10**10), st.sampled_from([0, 20_000, 50_000, 100_000, 150_000])),
)


@given(st.lists(LINES, min_size=1, max_size=6))
def test_sums_are_what_is_due_after_any_sequence(decisions: list[dict[Key, Due]]) -> None:
    """Re-gradings, appeals, corrected readings: every line sums to what the last decision says; twice the
    same decision posts nothing."""
    ledger = Ledger()
    for wanted in decisions:
        ledger.post(wanted)
        assert not ledger.post(wanted)
        sums = {key: each.amount_fen for key, each in ledger.posted().items()}
        assert {key: amount for key, amount in sums.items() if amount} == {
            key: each.amount_fen for key, each in wanted.items() if each.amount_fen
        }
        assert all(each.corrects is not None for each in ledger.entries if each.kind != "charge")


def test_a_map_of_what_was_booked() -> None:
    """Amounts and firms are those of the ledger, whatever is known by now; nothing known stays unknown."""
    blank = dict.fromkeys(each.name for each in COLUMNS["parcels"])
    told = [
        {**blank, "parcel_code": code, "kwh": kwh, "amount_yuan": amount, "firms": 2}
        for code, kwh, amount in (("P", 10.0, 5.0), ("Q", 3.0, 4.0), ("R", None, None))
    ]
    lines = {KEY: Posted(1, 60_000, 100_000, 600), KEY._replace(uscc="Y"): Posted(2, 0, 0, 0)}
    booked = as_booked(frame("parcels", told), lines)
    assert booked.select("parcel_code", "firms", "amount_yuan").rows() == [
        ("P", 1, 6.0),
        ("Q", 0, 0.0),
        ("R", 0, None),
    ]
    assert booked.schema["amount_yuan"] == pl.Float64
