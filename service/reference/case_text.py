"""Reads cases of a scheme from YAML text; errors name the line."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.cases import Case, CaseFile, Expected
from service.domain.scheme import Scheme
from service.errors import InvalidCases
from service.reference.case_rows import Rows, case_rows
from service.reference.yaml_lines import Document, Fault, Faulty, Misplaced, Place, read_yaml

_BY_INDICATOR = ("values", "benchmarks", "items", "outcomes")


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a file, and where each of them stands in it."""

    file: str
    content: CaseFile
    document: Document

    def rows(self, scheme: Scheme) -> Iterator[tuple[Case, int, Rows]]:
        """Yield each case with its line and the rows of its snapshot; raises `InvalidCases`."""
        for index, case in enumerate(self.content.cases):
            place: Place = ("cases", index)
            try:
                _check(case, scheme, place)
                rows = case_rows(case, scheme, place)
            except Misplaced as error:
                raise _invalid(self.document.fault(error), self.file) from None
            yield case, self.document.line(place), rows


def read_cases(text: str, file: str) -> Cases:
    """Return the cases written in a YAML text; raises `InvalidCases` with the place ``file:line``."""
    try:
        document = read_yaml(text)
        return Cases(file, document.as_model(CaseFile), document)
    except Faulty as error:
        more = f" ({len(error.faults) - 1} more after this one)" if len(error.faults) > 1 else ""
        raise _invalid(Fault(error.faults[0].message + more, error.faults[0].line), file) from None


def _check(case: Case, scheme: Scheme, place: Place) -> None:
    """Raise `Misplaced` where a case expects nothing, or something that the scheme does not have."""
    expected = [(i, parcel.expect) for i, parcel in enumerate(case.parcels) if parcel.expect is not None]
    if not expected:
        raise Misplaced("This case expects nothing: give a parcel an 'expect'.", place)
    for index, each in expected:
        _check_names(each, scheme, (*place, "parcels", index, "expect"))


def _check_names(expected: Expected, scheme: Scheme, place: Place) -> None:
    if not expected.model_fields_set:
        raise Misplaced("This 'expect' states nothing.", place)
    codes = [indicator.code for indicator in scheme.indicators]
    for field in _BY_INDICATOR:
        for code in getattr(expected, field):
            if code not in codes:
                raise Misplaced(
                    f"The scheme {scheme.name} has no indicator {code!r}; it has {', '.join(codes)}.",
                    (*place, field, code),
                )


def _invalid(fault: Fault, file: str) -> InvalidCases:
    return InvalidCases(
        fault.message,
        f"算例第 {fault.line} 行有误：{fault.message}",
        place=f"{file}:{fault.line}",
        action="Correct the line named and try again. 请改正所指行后重试。",
    )
