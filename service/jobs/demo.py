"""The demo (演示园区): an invented county's hand-overs, really imported, evaluated and published."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.demo import DISTRICT, HAND_OVERS, SEED, YEARS, generate
from service.demo.measures import MEASURES, DemoMeasure
from service.domain.hand_overs import ImportReport
from service.domain.measures import MeasureState
from service.feeds.mappings.mapping import read_mapping
from service.feeds.profiles.catalogue import find_profile
from service.jobs.covering import CoverageReport, coverage
from service.jobs.evaluating import EvaluationSummary, evaluate, publish
from service.jobs.importing import import_file
from service.jobs.measures.forms import Changed, NewMeasure
from service.jobs.measures.keeping import change, move, propose
from service.reference.schemes import shipped_scheme
from service.store import flags, measures
from service.store.database import Database

SCHEME = "parcel"
"""The scheme by which the demo park is evaluated."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What is there now: a report per file in the order of delivery, evaluation and coverage per year."""

    imports: list[ImportReport]
    evaluations: list[EvaluationSummary]
    coverage: dict[str, CoverageReport]


def run_demo(
    database: Database,
    data_dir: Path,
    *,
    seed: int = SEED,
    progress: Callable[[str], None] | None = None,
) -> DemoReport:
    """Generate files under ``data_dir/demo``, import, evaluate, publish, follow up; again, nothing changes.

    The store must be initialised. ``progress`` is told the name of every step.
    """
    tell = progress or (lambda _: None)
    folder = data_dir / "demo"
    tell("generate")
    generate(folder, seed)
    imports = list(_imports(database, folder, tell))
    scheme = shipped_scheme(SCHEME)
    evaluations = []
    for year in YEARS:
        tell(f"evaluate {year}")
        summary = evaluate(database, scheme, str(year), DISTRICT)
        evaluations.append(summary if summary.status == "published" else publish(database, summary.id))
    tell("measures")
    _follow_up(database, evaluations[0].id)
    covered = {str(year): coverage(database, DISTRICT, [str(year)], scheme) for year in YEARS}
    return DemoReport(imports, evaluations, covered)


def _follow_up(database: Database, evaluation: int) -> None:
    """Write the measures of the demo, each about the next parcels on the list of an evaluation."""
    with database.reading() as connection:
        if measures.listing(connection, limit=1):
            return
        codes = iter(sorted(flags.flagged(connection, evaluation)))
    for each in MEASURES:
        _follow(database, each, [next(codes) for _ in range(each.parcels)], evaluation)


def _follow(database: Database, said: DemoMeasure, codes: list[str], evaluation: int) -> None:
    measure = propose(
        database,
        NewMeasure.model_validate(
            {
                "kind": said.kind,
                "title": said.title,
                "parcels": codes,
                "office": said.office,
                "due_on": said.due_on,
                "proposed_on": said.proposed_on,
                "evaluation_id": evaluation,
                **{f"expected_{name}": value for name, value in said.expected.items()},
            }
        ),
        said.office,
    )
    for name, day in said.way:
        to = MeasureState(name)
        move(database, measure, to, said.office, note=said.note, on=day)
        if to is MeasureState.CARRIED_OUT and said.achieved:
            achieved = {f"achieved_{name}": value for name, value in said.achieved.items()}
            change(database, measure, Changed.model_validate(achieved), said.office)


def _imports(database: Database, folder: Path, tell: Callable[[str], None]) -> Iterator[ImportReport]:
    for hand_over in HAND_OVERS:
        tell(hand_over.file_name)
        if hand_over.profile:
            mapping = find_profile(hand_over.profile).mapping
        else:
            mapping = read_mapping(folder / hand_over.mapping)
        yield import_file(database, hand_over.feed, folder / hand_over.file_name, mapping=mapping)
