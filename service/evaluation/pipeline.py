"""The whole evaluation: frames in, frames out, in the order in which a person would calculate it.

occupancies → shares ─┐
figures ──────────────┴→ amounts per parcel → values → benchmarks → items → points → grades → flags
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from service.domain.scheme import Scheme, Track
from service.domain.tables import BY_NUMBER, NUMBERS
from service.evaluation.apportion import apportion, contributions, direct_figures, enterprise_totals
from service.evaluation.benchmarks import with_benchmarks
from service.evaluation.coverage import coverage_columns, with_coverage
from service.evaluation.findings import findings
from service.evaluation.flags import with_flags
from service.evaluation.frames import Codes, Frame, Frames, Settle, added, no_number, no_text, stacked
from service.evaluation.grades import outside_grade, with_grades
from service.evaluation.holdings import shares
from service.evaluation.indicators import with_values
from service.evaluation.occupants import holders, occupants, reported_here
from service.evaluation.parcels import describe
from service.evaluation.reconcile import reconcile, unallocated
from service.evaluation.scores import with_points
from service.evaluation.totals import with_totals


def _computed(frame: Frame) -> Frame:
    return frame.collect().lazy()


def evaluate(snapshot: Frames, scheme: Scheme, period: str, settle: Settle = _computed) -> Frames:
    """Evaluate the parcels of a snapshot; returns the tables of `service.domain.tables.RESULTS`, unsorted.

    They come with the numbers of `service.domain.tables.BY_NUMBER`, to be sorted by.

    ``snapshot`` holds the tables of `service.domain.tables.SNAPSHOT`. ``settle`` computes once what several
    later steps read; a plan without it grows with every use. Collecting suits one process; an engine
    elsewhere gives a temporary table or persists.
    """
    measured = measure(snapshot, scheme, period, settle)
    placed = measured.placed
    metrics, codes = scheme.metrics, Codes(snapshot["places"], snapshot["firms"])
    reconciliation = settle(reconcile(placed.amounts, placed.totals, placed.direct, metrics))
    left_over = unallocated(reconciliation, placed.amounts, placed.totals, placed.direct, metrics)
    brought = contributions(placed.amounts, placed.direct, metrics)
    groups = settle(nw.concat(list(measured.groups)))
    tables = {
        "scores": scores(measured, scheme, settle),
        "holdings": codes.of_enterprises(codes.of_parcels(brought)),
        "reconciliation": codes.of_enterprises(reconciliation),
        "unallocated": codes.of_enterprises(left_over),
        "coverage": placed.parcels,
        "benchmarks": groups,
        "findings": findings(
            placed.direct, placed.totals, placed.here, placed.parcels, groups, codes, scheme
        ),
    }
    numbers = {name: [each for each in order if each in NUMBERS] for name, order in BY_NUMBER.items()}
    return {
        name: stacked({**columns, **dict.fromkeys(numbers.get(name, ()), "int")}, tables[name])
        for name, columns in scheme.result_columns.items()
    }


@dataclass(frozen=True, slots=True)
class Placed:
    """What is known before any score: shares applied, holders known, parcels described, coverage counted."""

    amounts: Frame
    totals: Frame
    direct: Frame
    here: Frame
    parcels: Frame


def place(snapshot: Frames, scheme: Scheme, period: str, settle: Settle = _computed) -> Placed:
    """Apportion the figures and describe every parcel with its coverage."""
    metrics, enterprises = scheme.metrics, snapshot["enterprises"]
    direct = settle(direct_figures(snapshot["parcel_figures"], (*metrics, *scheme.marks)))
    totals = settle(enterprise_totals(snapshot["enterprise_figures"], direct, metrics))
    held = shares(snapshot["occupancies"], period, settle)
    apportioned = apportion(held, totals, metrics, settle)
    amounts = settle(holders(apportioned, enterprises, snapshot["enterprise_figures"], scheme))
    here = amounts.filter(nw.col("here"))
    occupied = occupants(here, enterprises, scheme, period)
    reported = reported_here(direct, here, scheme)
    described = describe(snapshot["parcels"], snapshot["contracts"], occupied, reported, scheme, period)
    # results are sorted by parcel: sooner costs less, while the frame has few columns
    parcels = settle(with_coverage(described.sort("parcel"), metrics))
    return Placed(amounts, totals, direct, here, parcels)


@dataclass(frozen=True, slots=True)
class Measured:
    """Every track's parcels with values and benchmarks: all that does not depend on weights and cut-offs."""

    placed: Placed
    tracks: Mapping[str, Frame]
    groups: Sequence[Frame]  # the table ``benchmarks`` in pieces


def measure(snapshot: Frames, scheme: Scheme, period: str, settle: Settle = _computed) -> Measured:
    """Go as far as the benchmarks."""
    placed = place(snapshot, scheme, period, settle)
    before = _last_year(snapshot, scheme, period, settle) if scheme.reads_last_year else None
    tracks: dict[str, Frame] = {}
    groups: list[Frame] = []
    for track in scheme.tracks:
        then = None if before is None else _valued(before, scheme, track)
        done = with_benchmarks(_valued(placed.parcels, scheme, track), then, track, settle)
        tracks[track.code] = done.frame
        groups += done.tables
    return Measured(placed, tracks, groups)


def grade(measured: Measured, scheme: Scheme, track: Track, settle: Settle = _computed) -> Frame:
    """Return a track's parcels with points, rank and grade.

    ``scheme`` may differ from the one that was measured in weights, totals and grades, never in what is
    measured.
    """
    points = with_totals(with_points(measured.tracks[track.code], track, settle), scheme, track)
    lean = _only(points, _kept(scheme))  # what only led to the points is not carried on
    return _with_verdict(with_grades(lean, scheme, track, settle), scheme, track)


def scores(measured: Measured, scheme: Scheme, settle: Settle = _computed) -> Frame:
    """Return the table ``scores``: the parcels of all tracks and of none, graded and flagged."""
    tables = [grade(measured, scheme, track, settle) for track in scheme.tracks]
    if scheme.tracks[-1].when is not None:  # else every parcel is of a track
        tables.append(_of_no_track(measured.placed.parcels, scheme))
    everything = _everything(_wanted(scheme), tables)
    numbers = dict.fromkeys((each for each in BY_NUMBER["scores"] if each in NUMBERS), "int")
    return stacked({**scheme.result_columns["scores"], **numbers}, with_flags(everything, scheme))


def _kept(scheme: Scheme) -> Collection[str]:
    read = {each.column or name for name, each in scheme.result_vocabulary.items()}
    return {*_wanted(scheme), "applied", *scheme.groupings, *read}


def _last_year(snapshot: Frames, scheme: Scheme, period: str, settle: Settle) -> Frame:
    """The parcels as the year before found them: its figures, and the occupancies of its days."""
    then = dict(snapshot)
    for table in ("enterprise_figures", "parcel_figures"):
        then[table] = snapshot[f"{table}_before"]
    return place(then, scheme, str(int(period) - 1), settle).parcels


def _valued(parcels: Frame, scheme: Scheme, track: Track) -> Frame:
    takes_all = len(scheme.tracks) == 1 and track.when is None
    own = parcels if takes_all else parcels.filter(nw.col("track") == track.code)
    return with_values(own.drop(*coverage_columns(own.collect_schema().names())), track)


def _with_verdict(frame: Frame, scheme: Scheme, track: Track) -> Frame:
    return frame.with_columns(
        nw.coalesce(nw.col("grade"), outside_grade(scheme)).alias("grade"),
        nw.lit(scheme.is_verified(track)).alias("verified"),
    )


def _of_no_track(parcels: Frame, scheme: Scheme) -> Frame:
    """The parcels of no track: not scored."""
    return parcels.filter(nw.col("track").is_null()).with_columns(
        outside_grade(scheme).alias("grade"), nw.lit(None).cast(nw.Boolean).alias("verified")
    )


_FROM_FLAGS = (
    "low_efficiency",
    "low_efficiency_reasons",
    "far_uplift",
    "far_uplift_reasons",
    "additional_floor_area",
)


def _wanted(scheme: Scheme) -> dict[str, str]:
    """What the frame of all tracks holds, with its types: scores, and what flags read."""
    kinds = {"number": "int", "text": "str", "truth": "bool"}
    vocabulary = {n: known for n, known in scheme.result_vocabulary.items() if n in scheme.names_read}
    read = {known.column or name: kinds[known.kind] for name, known in vocabulary.items()}
    wanted = {**scheme.result_columns["scores"], **read, "outside": "str", "parcel": "int"}
    return {name: kind for name, kind in wanted.items() if name not in _FROM_FLAGS and name != "status"}


def _only(frame: Frame, names: Collection[str]) -> Frame:
    return frame.select(*(name for name in frame.collect_schema().names() if name in names))


def _everything(wanted: Mapping[str, str], tables: Sequence[Frame]) -> Frame:
    """The parcels of all tracks and of none in one frame."""
    return stacked(wanted, *(_with_all(frame, wanted) for frame in tables)).with_columns(
        _status().alias("status")
    )


def _with_all(frame: Frame, wanted: Mapping[str, str]) -> Frame:
    """Add as missing what this frame does not know: the indicators of other tracks, what no rank has."""
    known = set(frame.collect_schema().names())
    absent = {name: kind for name, kind in wanted.items() if name not in known}
    return added(
        frame, ((no_text() if k == "str" else no_number()).alias(name) for name, k in absent.items())
    )


def _status() -> nw.Expr:
    outside = nw.when(~nw.col("outside").is_null()).then(nw.lit("outside")).otherwise(nw.lit("not_scored"))
    return nw.when(nw.col("reason").is_null()).then(nw.lit("scored")).otherwise(outside)
