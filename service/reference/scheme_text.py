"""Reads a scheme from YAML text; errors name the line."""

from service.domain.scheme import Scheme
from service.errors import InvalidScheme
from service.reference.scheme_checks import problems
from service.reference.tables import unit_table
from service.reference.yaml_lines import Fault, Faulty, read_yaml


def read_scheme(text: str, file: str) -> Scheme:
    """Return the scheme written in a YAML text; raises `InvalidScheme` with the place ``file:line``."""
    scheme, faults = _examined(text)
    if scheme is None or faults:
        more = f" ({len(faults) - 1} more after this one)" if len(faults) > 1 else ""
        raise _invalid(Fault(faults[0].message + more, faults[0].line), file)
    return scheme


def scheme_errors(text: str, file: str) -> list[InvalidScheme]:
    """Return everything that is wrong with a scheme, in the order of its lines; empty when it is valid.

    What the parts must agree on is looked at once every part is well formed, and what the reference tables
    say once the parts agree.
    """
    _, faults = _examined(text)
    return [_invalid(fault, file) for fault in sorted(faults, key=lambda fault: fault.line)]


def _examined(text: str) -> tuple[Scheme | None, list[Fault]]:
    try:
        document = read_yaml(text)
        scheme = document.as_model(Scheme)
    except Faulty as error:
        return None, error.faults
    return scheme, [document.fault(each) for each in problems(scheme, unit_table())]


def _invalid(fault: Fault, file: str) -> InvalidScheme:
    return InvalidScheme(
        fault.message,
        f"评价办法第 {fault.line} 行有误：{fault.message}",
        place=f"{file}:{fault.line}",
        action="Correct the line named and try again. 请改正所指行后重试。",
    )
