"""Coverage (数据覆盖): what each feed gave for each parcel, and what it still owes."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from service.evaluation.frames import Frame, codes, integer, no_text


@dataclass(frozen=True, slots=True)
class _Feed:
    """``owes`` counts those who owe something, ``gave`` those who gave it, ``why`` lists causes in order.

    The last cause needs no condition: it is why a feed is incomplete when no other is.
    """

    gave: nw.Expr
    owes: nw.Expr
    why: tuple[tuple[nw.Expr, str], ...]
    otherwise: str
    partial: nw.Expr | None = None

    def reason(self) -> nw.Expr:
        """Why it is incomplete; null when it is complete."""
        reason = nw.lit(self.otherwise)
        for holds, code in reversed(self.why):
            reason = nw.when(holds).then(nw.lit(code)).otherwise(reason)
        short = self.gave < self.owes
        incomplete = short if self.partial is None else short | self.partial
        return nw.when(incomplete).then(reason).otherwise(no_text())


def _feeds(metrics: Sequence[str]) -> dict[str, _Feed]:
    """Every feed over the columns of described parcels.

    Each occupant owes each feed; where nobody is known, somebody still does (1). A figure for the parcel
    itself settles a metric.
    """
    occupants, reporting = nw.col("occupants"), nw.col("reporting")
    owes = nw.max_horizontal(occupants, integer(1))
    nobody = occupants == 0
    no_area, other_area = nw.col("land_area").is_null(), nw.col("area_fallback")
    overlet, partial, not_placed = (nw.col(name) > 0 for name in ("overlet", "partial", "problem"))
    feeds = {
        "land_area": _Feed(
            gave=nw.when(no_area).then(integer(0)).otherwise(integer(1)),
            owes=integer(1),
            why=((no_area, "land_area_missing"),),
            otherwise="area_fallback",
            partial=other_area,
        ),
        "occupancy": _Feed(
            gave=occupants,
            owes=owes,
            why=((nobody, "no_occupant"), (overlet, "leased_out_exceeds")),
            otherwise="partial_occupancy",
            partial=overlet | partial,
        ),
        "enterprise": _Feed(
            gave=nw.col("registered"),
            owes=owes,
            why=((nobody, "no_occupant"),),
            otherwise="not_in_register",
        ),
    }
    owed = nw.max_horizontal(reporting, integer(1))
    for metric in metrics:
        by_occupants = nw.min_horizontal(owed, nw.col(f"{metric}__have") + nw.col(f"{metric}__lone"))
        feeds[metric] = _Feed(
            gave=nw.when(nw.col(f"{metric}__whole") > 0).then(owed).otherwise(by_occupants),
            owes=owed,
            why=((nobody, "no_occupant"), (not_placed, "not_placed")),
            otherwise="not_reported",
        )
    return feeds


def with_coverage(parcels: Frame, metrics: Sequence[str]) -> Frame:
    """Add to described parcels ``feed__have``, ``feed__need``, ``feed__reason``, and ``missing_feeds``.

    The reason is null where a feed is complete; ``have`` is 0 where it is missing, otherwise it is partial.
    """
    feeds = _feeds(metrics)
    covered = parcels.with_columns(
        *(
            column
            for name, feed in feeds.items()
            for column in (
                feed.gave.alias(f"{name}__have"),
                feed.owes.alias(f"{name}__need"),
                feed.reason().alias(f"{name}__reason"),
            )
        )
    )
    incomplete = codes(*((~nw.col(f"{name}__reason").is_null(), name) for name in feeds))
    return covered.with_columns(incomplete.alias("missing_feeds"))


def coverage_columns(names: Sequence[str]) -> list[str]:
    """Return, of the columns of covered parcels, those that only speak of coverage."""
    return [name for name in names if name.endswith(("__have", "__need", "__reason", "__lone"))]
