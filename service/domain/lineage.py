"""What became of parcel codes (宗地沿革): renumbered and aliased codes, mergers, splits, and their days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Succession:
    """One code that another succeeds; ``kind`` is alias, renumbered, split, merged or unknown (None)."""

    old: str
    new: str
    kind: str | None = None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """Where a code leads.

    ``code`` is the last one that speaks of the same land, after so many ``steps``; ``split`` are the parts
    into which that was divided, ``merged_into`` is the parcel of which that became a part; ``circular`` when
    the codes run in a circle, which leads nowhere.
    """

    code: str
    steps: int = 0
    split: tuple[str, ...] = ()
    merged_into: str | None = None
    circular: bool = False


class Lineage:
    """All successions of a store."""

    def __init__(self, successions: Iterable[Succession]) -> None:
        self._of: dict[str, list[Succession]] = defaultdict(list)
        for each in successions:
            if each.old != each.new:
                self._of[each.old].append(each)

    def __bool__(self) -> bool:
        return bool(self._of)

    def __contains__(self, code: str) -> bool:
        return code in self._of

    @property
    def given_up(self) -> list[str]:
        """Every code that has a successor, in order."""
        return sorted(self._of)

    def trace(self, code: str, until: date | None = None) -> Traced:
        """Follow a code through what had happened by a day.

        Another number for the same land (renumbered, alias) is another number at any time: it is followed
        whatever the day. A split or merger counts from its day on; one without a day, or a row without one
        (``until`` None), counts as after it.
        """
        seen = {code}
        while True:
            steps = len(seen) - 1
            happened = [each for each in self._of.get(code, ()) if _counts(each, until)]
            kinds = {_kind(each, len(happened)) for each in happened}
            if not happened:
                return Traced(code, steps)
            if "split" in kinds:
                return Traced(code, steps, split=tuple(sorted({each.new for each in happened})))
            successor = sorted({each.new for each in happened})
            if len(successor) > 1:
                return Traced(code, steps, split=tuple(successor))
            if "merged" in kinds:
                return Traced(code, steps, merged_into=successor[0])
            (code,) = successor
            if code in seen:
                return Traced(code, steps, circular=True)
            seen.add(code)


def _kind(succession: Succession, successors: int) -> str:
    return succession.kind or ("renumbered" if successors == 1 else "split")


def _counts(succession: Succession, until: date | None) -> bool:
    if succession.kind in ("alias", "renumbered") or until is None or succession.effective_on is None:
        return True
    return succession.effective_on <= until


def carried(
    successions: Iterable[Succession], codes: Collection[str], earlier: date, now: date
) -> tuple[dict[str, str], dict[str, str]]:
    """Tell what land of an earlier day is called now, and which land of now was divided or united since.

    :param codes: those of the earlier day; a split or merger without a day counts only of land not among them
    :returns: earlier code → present code of the same land, where they differ (renumbered, alias); present
        code → ``split`` or ``merged``
    """
    rows = list(successions)
    lineage = Lineage(rows)
    traced = {code: lineage.trace(code, now) for code in codes if code in lineage}
    same = {code: to.code for code, to in traced.items() if to.steps and not to.circular}
    known = {same.get(code, code) for code in codes}
    successors: dict[str, set[str]] = defaultdict(set)
    for each in rows:
        successors[each.old].add(each.new)
    made: dict[str, str] = {}
    for each in rows:
        kind = _kind(each, len(successors[each.old]))
        day = each.effective_on
        if each.old == each.new or kind not in ("split", "merged"):
            continue
        if day is not None and not earlier < day <= now:
            continue
        for code in {each.new, each.old} if kind == "split" else {each.new}:
            to = lineage.trace(code, now)
            if not to.circular and (day is not None or to.code not in known):
                made[to.code] = kind
    return same, made


def named_now(same: Mapping[str, str], codes: Iterable[str]) -> dict[str, str]:
    """Return present code → earlier code of the parcels of an earlier day; ``same`` is of `carried`.

    A parcel that had its present code already comes before one that was given it later.
    """
    codes = list(codes)
    later = {same[code]: code for code in codes if code in same}
    return later | {code: code for code in codes if code not in same}
