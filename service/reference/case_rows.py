"""Cases as the rows of a snapshot, in minor units (`service.domain.tables.SNAPSHOT`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.areas import AreaKind
from service.domain.cases import Amount, Case, CaseParcel, Contract, Occupant
from service.domain.scheme import Scheme
from service.domain.tables import SNAPSHOT
from service.reference.case_amounts import area, figure, mark, millionths, promise
from service.reference.yaml_lines import Misplaced, Place

Rows = dict[str, list[dict[str, Any]]]

_REGISTER = ("above_scale", "industry", "registered_on")
_KINDS = (*(str(kind) for kind in AreaKind), "geodesic")


def parcel_code(parcel: CaseParcel, index: int) -> str:
    """Return the code of a parcel; those without one are numbered."""
    return parcel.code or str(index + 1)


def case_rows(case: Case, scheme: Scheme, place: Place) -> Rows:
    """Return the rows of every table; raises `Misplaced` where the case does not hold together."""
    rows: Rows = {name: [] for name in SNAPSHOT}
    firms = _Firms()
    codes: set[str] = set()
    for index, parcel in enumerate(case.parcels):
        here = (*place, "parcels", index)
        code = parcel_code(parcel, index)
        if code in codes:
            raise Misplaced(f"There are two parcels {code!r} in this case.", here)
        codes.add(code)
        rows["parcels"].append(_parcel(parcel, code, scheme, here))
        if parcel.contract is not None:
            rows["contracts"].append(_contract(parcel.contract, code, (*here, "contract")))
        own = {"parcel_code": code, "part_of": "", "elsewhere": False}
        _add(rows["parcel_figures"], own, _figures(parcel.figures, parcel.marks, here))
        _add(rows["parcel_figures_before"], own, _figures(parcel.last_year, (), here, "last_year"))
        for number, occupant in enumerate(parcel.occupants):
            at = (*here, "occupants", number)
            name = occupant.name or f"{code}#{number + 1}"
            firms.met(name, occupant, at)
            rows["occupancies"].append(_occupancy(occupant, code, name, at))
            metered = _figures(occupant.metered, (), at, "metered")
            _add(rows["parcel_figures"], {**own, "part_of": name}, metered)
    return {**rows, **firms.rows()}


class _Firms:
    """The enterprises of a case, each once however many parcels it holds."""

    def __init__(self) -> None:
        self._register: dict[str, dict[str, Any]] = {}
        self._figures: dict[str, dict[str, dict[str, int]]] = {"figures": {}, "last_year": {}}

    def met(self, name: str, occupant: Occupant, place: Place) -> None:
        known = self._register.setdefault(name, {})
        for field in _REGISTER:
            value = getattr(occupant, field)
            if value is not None and known.setdefault(field, value) != value:
                raise Misplaced(f"{name!r} has another {field} on an earlier parcel.", (*place, field))
        for field, marks in (("figures", occupant.marks), ("last_year", ())):
            found = _figures(getattr(occupant, field), marks, place, field)
            totals = self._figures[field].setdefault(name, {})
            for metric, amount in found.items():
                if metric in totals:
                    raise Misplaced(
                        f"{name!r} has its {metric} on an earlier parcel already.", (*place, field)
                    )
                totals[metric] = amount

    def rows(self) -> Rows:
        return {
            "enterprises": [{"uscc": name, **known} for name, known in self._register.items()],
            "enterprise_figures": self._totals("figures"),
            "enterprise_figures_before": self._totals("last_year"),
        }

    def _totals(self, field: str) -> list[dict[str, Any]]:
        return [{"uscc": name, **totals} for name, totals in self._figures[field].items() if totals]


def _parcel(parcel: CaseParcel, code: str, scheme: Scheme, place: Place) -> dict[str, Any]:
    areas = {kind: (amount, (*place, "areas", kind)) for kind, amount in parcel.areas.items()}
    if parcel.land_area is not None:
        first = str(scheme.land_area[0])
        if first in areas:
            raise Misplaced(
                f"'land_area' is the {first} area, which 'areas' names too.", (*place, "land_area")
            )
        areas[first] = (parcel.land_area, (*place, "land_area"))
    for kind in areas:
        if kind not in _KINDS:
            raise Misplaced(f"{kind!r} is no kind of area: {', '.join(_KINDS)}.", (*place, "areas", kind))
    row: dict[str, Any] = {"parcel_code": code, "town": parcel.town, "land_use": parcel.land_use}
    row |= {f"{kind}_area": area(amount, where) for kind, (amount, where) in areas.items()}
    for name in ("floor_area", "footprint_area"):
        amount = getattr(parcel, name)
        row[name] = None if amount is None else area(amount, (*place, name))
    for name in ("far", "far_limit"):
        ratio = getattr(parcel, name)
        row[name] = None if ratio is None else millionths(ratio)
    return row


def _contract(contract: Contract, code: str, place: Place) -> dict[str, Any]:
    dates = {name: getattr(contract, name) for name in ("signed_on", "complete_by", "completed_on")}
    promised = {
        name: promise(name, number, (*place, "promises", name)) for name, number in contract.promises.items()
    }
    return {"parcel_code": code, **dates, **promised}


def _occupancy(occupant: Occupant, code: str, name: str, place: Place) -> dict[str, Any]:
    row: dict[str, Any] = {
        "parcel_code": code,
        "uscc": name,
        "role": occupant.role,
        "valid_from": occupant.since,
        "valid_to": occupant.until,
        "manual_share": None if occupant.share is None else millionths(occupant.share),
        "elsewhere": False,
    }
    for field in ("floor_area", "land_area"):
        amount = getattr(occupant, field)
        row[field] = None if amount is None else area(amount, (*place, field))
    if occupant.electricity is not None:
        row["electricity"] = figure("electricity", occupant.electricity, (*place, "electricity"))
    return row


def _figures(
    figures: Mapping[str, Amount], marks: Sequence[str], place: Place, field: str = "figures"
) -> dict[str, int]:
    amounts = {metric: figure(metric, amount, (*place, field, metric)) for metric, amount in figures.items()}
    return amounts | {mark(name, (*place, "marks", index)): 1 for index, name in enumerate(marks)}


def _add(rows: list[dict[str, Any]], keys: Mapping[str, Any], figures: Mapping[str, int]) -> None:
    if figures:
        rows.append({**keys, **figures})
