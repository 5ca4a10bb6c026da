"""Coverage (数据覆盖): what each feed gave for each parcel, and what it still owes."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from service.domain.tables import RESULTS
from service.evaluation.frames import Frame, codes, integer, no_text, stacked

_COMPLETE, _PARTIAL, _MISSING = "complete", "partial", "missing"


@dataclass(frozen=True, slots=True)
class _Feed:
    """``owes`` counts those who owe something, ``gave`` those who gave it, ``why`` lists causes in order."""

    gave: nw.Expr
    owes: nw.Expr
    why: tuple[tuple[nw.Expr, str], ...]
    partial: nw.Expr | None = None

    def status(self) -> nw.Expr:
        short = self.gave < self.owes
        return (
            nw.when(self.gave == 0)
            .then(nw.lit(_MISSING))
            .when(short if self.partial is None else short | self.partial)
            .then(nw.lit(_PARTIAL))
            .otherwise(nw.lit(_COMPLETE))
        )

    def reason(self) -> nw.Expr:
        reason = no_text()
        for holds, code in reversed(self.why):
            reason = nw.when(holds).then(nw.lit(code)).otherwise(reason)
        return nw.when(self.status() != _COMPLETE).then(reason).otherwise(no_text())


def feed_names(metrics: Sequence[str]) -> list[str]:
    """Return the feeds of a coverage in the order in which they are shown."""
    return ["land_area", "occupancy", "enterprise", *metrics]


def _feeds(metrics: Sequence[str]) -> dict[str, _Feed]:
    """Every feed over the columns of described parcels.

    Each occupant owes each feed; where nobody is known, somebody still does (1). A figure for the parcel
    itself settles a metric.
    """
    occupants = nw.col("occupants")
    owes = nw.max_horizontal(occupants, integer(1))
    nobody = occupants == 0
    no_area, other_area = nw.col("land_area").is_null(), nw.col("area_fallback")
    overlet, partial, not_placed = (nw.col(name) > 0 for name in ("overlet", "partial", "problem"))
    feeds = {
        "land_area": _Feed(
            gave=nw.when(no_area).then(integer(0)).otherwise(integer(1)),
            owes=integer(1),
            why=((no_area, "land_area_missing"), (other_area, "area_fallback")),
            partial=other_area,
        ),
        "occupancy": _Feed(
            gave=occupants,
            owes=owes,
            why=((nobody, "no_occupant"), (overlet, "leased_out_exceeds"), (partial, "partial_occupancy")),
            partial=overlet | partial,
        ),
        "enterprise": _Feed(
            gave=nw.col("registered"),
            owes=owes,
            why=((nobody, "no_occupant"), (~nobody, "not_in_register")),
        ),
    }
    for metric in metrics:
        by_occupants = nw.min_horizontal(owes, nw.col(f"{metric}__have") + nw.col(f"{metric}__lone"))
        feeds[metric] = _Feed(
            gave=nw.when(nw.col(f"{metric}__whole") > 0).then(owes).otherwise(by_occupants),
            owes=owes,
            why=((nobody, "no_occupant"), (not_placed, "not_placed"), (~nobody, "not_reported")),
        )
    return feeds


def missing_feeds(metrics: Sequence[str]) -> nw.Expr:
    """The feeds of a described parcel that are partial or missing, joined by ``,``."""
    return codes(*((feed.status() != _COMPLETE, name) for name, feed in _feeds(metrics).items()))


def coverage(parcels: Frame, metrics: Sequence[str]) -> Frame:
    """Return the table ``coverage``: one row per described parcel and feed."""
    return stacked(
        RESULTS["coverage"],
        *(
            parcels.select(
                "parcel_code",
                nw.lit(name).alias("feed"),
                feed.status().alias("status"),
                feed.gave.alias("have"),
                feed.owes.alias("need"),
                feed.reason().alias("reason"),
            )
            for name, feed in _feeds(metrics).items()
        ),
    )
