"""Schemes and their differences as lines for people."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from service.domain.scheme import (
    Fixed,
    GroupBenchmark,
    Indicator,
    PointGrades,
    Promised,
    Rule,
    Scheme,
    Track,
)
from service.domain.scheme.grades import PointCut
from service.domain.scheme.values import plain
from service.domain.scheme_differences import PartDifference
from service.domain.scheme_words import FIELDS, field_text, value_text
from service.jobs.periods import today


def summary_lines(scheme: Scheme) -> Iterator[str]:
    """Yield what a scheme says: document, validity, tracks, indicators, cut-offs, what is not verified."""
    yield f"{scheme.name}: {scheme.title.zh} · {scheme.title.en}"
    yield f"document 依据文件: {scheme.document}"
    yield f"jurisdiction 适用地区: {scheme.jurisdiction}"
    yield f"valid 有效期: {scheme.valid_from} – {scheme.valid_to or 'open 长期'} ({_in_force(scheme)})"
    yield f"periods 适用年度: {', '.join(scheme.periods) or 'any 不限'}"
    yield f"land area 土地面积口径: {', '.join(_both('land_area', each) for each in scheme.land_area)}"
    yield f"tenants 承租企业: {_both('treatment', scheme.tenants.treatment)}"
    for each in scheme.outside:
        grade = f" → {each.grade}" if each.grade else ""
        yield f"outside the ranking 不参加排名: {each.title.zh} · {each.title.en}{grade}"
    for track in scheme.tracks:
        yield ""
        yield from _track(track)
    unverified = scheme.unverified_values()
    yield ""
    yield f"not verified 未核实: {len(unverified) or 'nothing 无'}"
    yield from (f"  {each['place']}: {each['source']}" for each in unverified)


def difference_lines(old: Scheme, new: Scheme, differences: Iterable[PartDifference]) -> Iterator[str]:
    """Yield the differences by track and part, each field as ``old → new``."""
    titles = {track.code: track.title for track in (*old.tracks, *new.tracks)}
    for track, parts in groupby(differences, lambda each: each.part.track):
        if track:
            yield f"track 类别 {track}: {titles[track].zh} · {titles[track].en}"
        for each in parts:
            indent = "  " if track else ""
            yield indent + _part(each)
            for change in each.fields:
                values = f"{_stated(change.field, change.old)} → {_stated(change.field, change.new)}"
                yield f"{indent}  {change.en} {change.zh}: {values}"


def _in_force(scheme: Scheme) -> str:
    if scheme.valid_from > today():
        return "not yet in force 尚未施行"
    if scheme.valid_to is not None and scheme.valid_to < today():
        return "ended, for its own periods only 已失效，仅适用于所属年度"
    return "in force today 现行有效"


def _track(track: Track) -> Iterator[str]:
    when = f" [{' '.join(track.when.split())}]" if track.when else ""
    yield f"track 类别 {track.code}: {track.title.zh} · {track.title.en}{when}"
    for each in track.indicators:
        yield f"  {plain(each.weight):>4}  {each.title.zh} · {each.title.en} ({each.code})"
        yield f"        {_how(each)}"
    for name in ("corrections", "bonuses", "deductions", "adjustments"):
        for rule in getattr(track, name):
            yield f"  {' '.join(FIELDS[name])}: {rule.title.zh} · {rule.title.en}; {_what_it_does(rule)}"
    within = ", ".join(_both("group", each) for each in track.ranking.within)
    base = _both("base", track.ranking.base)
    yield f"  ranking 排名: {within or 'the whole track 整个类别'}; base 基数: {base}"
    yield f"  grades 分档: {_cuts(track)}"


def _what_it_does(rule: Rule) -> str:
    """The fields of a rule that say how much, as far as it states them."""
    stated = [
        f"{' '.join(FIELDS[name])} {_both(name, getattr(rule, name))}"
        for name in ("effect", "steps", "grade", "factor", "points", "per", "free", "first", "at_most")
        if name in type(rule).model_fields and getattr(rule, name) != type(rule).model_fields[name].default
    ]
    return ", ".join(stated)


def _how(indicator: Indicator) -> str:
    unit = "" if indicator.unit == "1" else f" {indicator.unit}"
    held = [
        f"{' '.join(FIELDS[name])} {plain(limit)} ×"
        for name, limit in (("cap", indicator.cap), ("floor", indicator.floor))
        if limit is not None
    ]
    parts = [
        f"{indicator.numerator} ÷ {indicator.denominator}{unit}",
        _both("method", indicator.method),
        _benchmark(indicator),
        *held,
        f"missing 缺数据: {_both('missing', indicator.missing)}",
    ]
    return "; ".join(parts)


def _benchmark(indicator: Indicator) -> str:
    match indicator.benchmark:
        case Fixed(value=value):
            return f"benchmark 标杆值 {plain(value)}"
        case Promised(promise=promise, times=times):
            return f"benchmark 标杆值: {_times(times)}{_both('method', 'contract')} ({promise})"
        case GroupBenchmark() as group:
            which = "" if group.of == "this_year" else f", {_both('of', group.of)}"
            over = "".join(f", {_both('group', each)}" for each in group.over)
            at_least = f" (≥ {group.smallest})" if group.smallest > 1 and group.over else ""
            what = f"{_times(group.times)}{_both('method', group.method)}"
            return f"benchmark 标杆值: {what}{which}{over}{at_least}"


def _times(times: object) -> str:
    return "" if times == 1 else f"{times} × "


def _cuts(track: Track) -> str:
    grades = track.grades
    if isinstance(grades, PointGrades):
        return ", ".join(_at_least(cut) for cut in grades.cuts)
    return ", ".join(f"{cut.grade} ≤ {plain(cut.up_to)} %" for cut in grades.cuts)


def _at_least(cut: PointCut) -> str:
    return cut.grade if cut.at_least is None else f"{cut.grade} ≥ {plain(cut.at_least)}"


def _part(each: PartDifference) -> str:
    kinds = {"added": "added 新增", "removed": "removed 删除", "changed": "changed 变化"}
    if each.part.kind == "scheme":
        return f"the scheme 评价办法 ({kinds[each.change]})"
    if each.part.kind == "track":
        return f"the track itself 类别本身 ({kinds[each.change]})"
    english, chinese = field_text(each.part.kind)
    return f"{english} {chinese} {each.part.code}: {each.zh} · {each.en} ({kinds[each.change]})"


def _stated(field: str, value: str | None) -> str:
    if value is None:
        return "— not stated 未规定"
    return _both(field.rpartition(".")[2], value)


def _both(field: str, value: object) -> str:
    english, chinese = value_text(field, str(value))
    return english if english == chinese else f"{english} {chinese}"
