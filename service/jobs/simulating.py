"""What if (推演): simulate a scheme, compare evaluations, weigh the weights; never writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
from sqlalchemy import Connection, RowMapping

from service.domain.scheme import Scheme
from service.errors import InvalidParameter, InvalidScheme, NotFound
from service.evaluation import pipeline
from service.evaluation.pipeline import Measured
from service.jobs.engines import in_order
from service.jobs.evaluating import code_version
from service.reference.scheme_changes import changed
from service.store import evaluations
from service.store.database import Database
from service.store.snapshot import snapshot_tables
from service.whatif.comparing import Compared
from service.whatif.moves import Which, moves
from service.whatif.pairs import Side
from service.whatif.report import Comparison, Run, Sensitivity
from service.whatif.sensitivity import graded, sensitivity
from service.whatif.weights import made_up

Tables = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True, slots=True)
class Page:
    """Which parcels a comparison lists; ``figures`` shows what reveals single firms."""

    which: Which = "graded"
    offset: int = 0
    limit: int = 100
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes to the scheme of the base; see `service.reference.scheme_changes`.

    ``rescale`` lets the other weights of a track make up for those that are changed.
    """

    values: Mapping[str, Any]
    rescale: bool = False


def simulate(
    database: Database, evaluation_id: int, wanted: Scheme | Changes, page: Page | None = None
) -> Comparison:
    """Evaluate the frozen snapshot of an evaluation by another scheme, and compare; nothing is stored.

    The evaluation itself is calculated again if it was made by other code, so that only the rule differs. A
    scheme for another period is taken as it is: that is a question one may have.

    Raises `NotFound` for an unknown evaluation, `InvalidScheme` for changes that do not fit, and for a scheme
    that reads the year before where the snapshot does not have it.
    """
    with database.reading() as connection:
        stored = _stored(connection, evaluation_id)
    scheme = wanted
    if isinstance(scheme, Changes):
        values = made_up(stored.scheme, scheme.values) if scheme.rescale else scheme.values
        scheme = changed(stored.scheme, values)
    _require_year_before(stored, scheme)
    before = stored.side()
    after = Side(scheme, _scores(stored.measured(scheme), scheme), before.towns)
    return _comparison(before, after, stored.run(), stored.simulated(scheme), page or Page())


def compare(database: Database, before: int, after: int, page: Page | None = None) -> Comparison:
    """Compare two stored evaluations of a district: year over year, or two schemes.

    Raises `NotFound` for an unknown evaluation, and `InvalidParameter` (``different-districts``,
    ``nothing-in-common``) for two that cannot be compared.
    """
    with database.reading() as connection:
        left, right = _stored(connection, before), _stored(connection, after)
    if left.row["district"] != right.row["district"]:
        raise InvalidParameter(
            f"Evaluation {before} is of {left.row['district']}, {after} of {right.row['district']}.",
            f"评价 {before} 属于{left.row['district']}，评价 {after} 属于{right.row['district']}。",
            code="different-districts",
            place="with",
        )
    was, is_ = (Side(each.scheme, each.scores.collect(), each.towns()) for each in (left, right))
    return _comparison(was, is_, left.run(), right.run(), page or Page())


def weigh(database: Database, evaluation_id: int, step: int) -> Sensitivity:
    """Return how the ranking of an evaluation hangs on each weight; raises `NotFound`.

    :param step: percent by which each weight is moved up and down
    """
    with database.reading() as connection:
        stored = _stored(connection, evaluation_id)
    measured = stored.measured(stored.scheme)
    results = graded(measured, stored.scheme)
    columns = ("parcel_code", "points", "rank", "grade")
    known = stored.scores.filter(pl.col("track").is_not_null()).select(columns).sort("parcel_code").collect()
    again = pl.concat([each.select(columns) for each in results.values()]).sort("parcel_code")
    return Sensitivity(
        evaluation=stored.run(),
        step=step,
        reproduced=known.equals(again),
        tracks=sensitivity(measured, stored.scheme, results, step),
    )


def latest(connection: Connection, district: str, period: str) -> int:
    """Return the latest published evaluation of a district and period, else the latest draft.

    Raises `NotFound`.
    """
    for status in ("published", "draft"):
        found = evaluations.listing(connection, district=district, period=period, status=status, limit=1)
        if found:
            return int(found[0]["id"])
    raise NotFound(
        f"There is no evaluation of {district} for {period}.",
        f"没有{district} {period} 年度的评价。",
        action="Evaluate it first. 请先评价。",
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    """An evaluation as it lies in the store; tables are decoded when needed."""

    row: RowMapping
    scheme: Scheme
    snapshot: Tables
    scores: pl.LazyFrame

    def measured(self, scheme: Scheme) -> Measured:
        frames = {name: nw.from_native(table) for name, table in self.snapshot.items()}
        return pipeline.measure(frames, scheme, self.row["period"])

    def towns(self) -> pl.DataFrame:
        return self.snapshot["parcels"].select("parcel_code", "town").collect()

    def side(self) -> Side:
        """The stored scores, or those that the present code gives."""
        if self.row["code_version"] == code_version():
            return Side(self.scheme, self.scores.collect(), self.towns())
        return Side(self.scheme, _scores(self.measured(self.scheme), self.scheme), self.towns())

    def run(self) -> Run:
        return Run(
            evaluation_id=self.row["id"], created_at=self.row["created_at"], **self._described(self.scheme)
        )

    def simulated(self, scheme: Scheme) -> Run:
        return Run(evaluation_id=None, created_at=None, **self._described(scheme))

    def _described(self, scheme: Scheme) -> dict[str, Any]:
        return {
            "district": self.row["district"],
            "period": self.row["period"],
            "scheme_name": scheme.name,
            "scheme_title": scheme.title,
            "scheme_hash": scheme.content_hash(),
            "verified": not scheme.unverified_values(),
            "for_period": not scheme.periods or self.row["period"] in scheme.periods,
        }


def _stored(connection: Connection, evaluation_id: int) -> _Stored:
    row = evaluations.get(connection, evaluation_id)
    scores = evaluations.results_table(connection, evaluation_id, "scores")
    if row is None or scores is None:
        raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
    scheme = Scheme.model_validate_json(row["scheme"])
    return _Stored(row, scheme, snapshot_tables(connection, row["snapshot_hash"]), scores)


def _scores(measured: Measured, scheme: Scheme) -> pl.DataFrame:
    return in_order("scores", pipeline.scores(measured, scheme).collect().to_native())


def _require_year_before(stored: _Stored, scheme: Scheme) -> None:
    """A snapshot has the year before only when the scheme it was frozen for reads it."""
    if not scheme.reads_last_year or stored.scheme.reads_last_year:
        return
    tables = ("enterprise_figures_before", "parcel_figures_before")
    if all(stored.snapshot[name].select(pl.len()).collect().item() == 0 for name in tables):
        raise InvalidScheme(
            "The scheme has benchmarks of the year before, which the evaluation's snapshot does not have.",
            "该评价办法以上年度数据为标杆，而此次评价的快照中没有上年度数据。",
            code="no-figures-before",
            action="Evaluate by such a scheme instead of simulating. 请直接按该办法评价。",
        )


def _comparison(before: Side, after: Side, was: Run, is_: Run, page: Page) -> Comparison:
    compared = Compared(before, after)
    if not compared.in_both:
        raise InvalidParameter(
            "The two evaluations have no parcel in common.",
            "两次评价没有共同的宗地。",
            code="nothing-in-common",
            place="with",
        )
    listed = moves(compared, page.which, page.offset, page.limit, figures=page.figures)
    return compared.report(was, is_, listed)
