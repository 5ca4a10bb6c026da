"""The stable codes of problem documents: what they mean, in English and Chinese."""

from collections.abc import Iterator
from http import HTTPStatus

from starlette.exceptions import HTTPException

from service import errors
from service.domain import hand_overs, reasons
from service.errors import MujunError
from service.evaluation.explain.quantities import quantity_names

Title = tuple[str, str]

STATUS_TITLES: dict[int, Title] = {
    400: ("The request is not valid", "请求无效"),
    401: ("A valid API key is needed", "需要有效的接口密钥"),
    403: ("Not allowed", "无权访问"),
    404: ("Not found", "未找到"),
    405: ("The method is not allowed here", "不支持该请求方法"),
    406: ("No acceptable representation", "没有可接受的表示形式"),
    409: ("Conflict with the present state", "与当前状态冲突"),
    412: ("Changed in the meantime", "内容已被他人更改"),
    413: ("Too large", "内容过大"),
    415: ("Unsupported media type", "不支持的内容类型"),
    422: ("The content cannot be accepted", "内容无法接受"),
    428: ("The change must be conditional", "更改须附条件"),
    500: ("Internal error", "内部错误"),
    502: ("A source could not be pulled", "数据源汇聚失败"),
    503: ("Service unavailable", "服务不可用"),
}

_HTTP_CODES = {
    400: "invalid-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
}


def _classes(root: type[MujunError]) -> list[type[MujunError]]:
    return [root, *(inner for child in root.__subclasses__() for inner in _classes(child))]


def title(error: MujunError) -> Title:
    """Return the title of the error's code, or of its kind when the code has none of its own."""
    return CODES[error.code][1] if error.code in CODES else error.title


def from_http(error: HTTPException) -> MujunError:
    """Return the router's or a route's plain HTTP error as one of ours."""
    english, chinese = STATUS_TITLES.get(error.status_code, STATUS_TITLES[400])
    said = error.detail if error.detail != HTTPStatus(error.status_code).phrase else f"{english}."
    ours = MujunError(said, f"{chinese}。", code=_HTTP_CODES.get(error.status_code, "invalid-request"))
    ours.status, ours.title = error.status_code, (english, chinese)
    return ours


def _reasons() -> Iterator[tuple[str, Title]]:
    """Yield why rows are held and parcels not scored, those included that name a metric or an area."""
    yield from hand_overs.REASONS.items()
    yield from reasons.REASONS.items()
    names = quantity_names()
    for name in names:
        for side in ("missing", "zero"):
            yield f"{name}_{side}", reasons.reason_text(f"{name}_{side}", names)


def _sentence(english: str) -> str:
    return english[:1].upper() + english[1:]


CODES: dict[str, tuple[int | None, Title]] = {
    **{code: (status, STATUS_TITLES[status]) for status, code in _HTTP_CODES.items()},
    **{
        kind.code: (kind.status, kind.title)
        for kind in _classes(MujunError)
        if kind.__module__ == errors.__name__
    },
    **{code: (None, (_sentence(english), chinese)) for code, (english, chinese) in _reasons()},
    # access
    "credentials-disagree": (401, ("Credentials disagree", "凭证相互矛盾")),
    "scope-missing": (403, ("The key lacks a scope", "密钥缺少所需权限")),
    "loopback-only": (403, ("Only this machine is served", "仅限本机访问")),
    "cross-site": (403, ("Cross-site changes are refused", "拒绝跨站修改")),
    "unknown-scope": (400, ("Unknown scope", "未知权限")),
    "no-keys": (503, ("No API key exists", "尚无接口密钥")),
    # jobs
    "no-such-process": (404, ("No such process", "没有该处理流程")),
    "no-such-job": (404, ("No such job", "没有该任务")),
    "result-not-ready": (404, ("The job has no results", "任务尚无结果")),
    "export-gone": (404, ("The exported file is gone", "导出文件已不存在")),
    "job-not-resumable": (409, ("The job cannot be resumed", "任务不能恢复")),
    "job-gave-up": (500, ("The job was given up", "任务已放弃")),
    "jobs-unavailable": (503, ("The store of jobs cannot be reached", "无法访问任务库")),
    # requests
    "unknown-parameter": (400, ("Unknown query parameter", "未知的查询参数")),
    "repeated-parameter": (400, ("Repeated query parameter", "查询参数重复")),
    "unknown-field": (400, ("Unknown or repeated form field", "表单字段未知或重复")),
    "value-out-of-range": (400, ("Value out of range", "取值超出范围")),
    "invalid-token": (400, ("The paging token is not ours", "分页标记无效")),
    "district-required": (400, ("A district must be named", "需要指明区域")),
    "invalid-period": (400, ("The period is not a year", "所属期须为年份")),
    "district-not-found": (404, ("No parcels of this district", "没有该区域的宗地")),
    "scheme-not-for-period": (400, ("The scheme is not for this period", "评价办法不适用于该所属期")),
    "scheme-not-in-force": (400, ("The scheme is not in force yet", "评价办法尚未施行")),
    "mixed-geometries": (400, ("The format takes one kind of geometry", "该格式只支持一种几何类型")),
    "shapefile-too-large": (400, ("More than a Shapefile can hold", "超出 Shapefile 容量")),
    "too-many-rows": (400, ("More rows than the format can hold", "行数超出该格式上限")),
    "tile-outside": (404, ("The tile is outside the matrix", "瓦片超出范围")),
    "different-districts": (400, ("The evaluations are of different districts", "评价不属于同一行政区")),
    "nothing-in-common": (400, ("The evaluations have no parcel in common", "两次评价没有共同宗地")),
    "no-figures-before": (400, ("The snapshot has no figures of the year before", "快照中没有上年度数据")),
    "scheme-not-found": (404, ("No such scheme", "没有该评价办法")),
    "profile-not-found": (404, ("No such profile", "没有该交付方案")),
    "profile-ambiguous": (400, ("Several profiles fit the file", "有多个交付方案与文件相符")),
    "openapi-differs": (
        400,
        ("The OpenAPI document differs from what is served", "OpenAPI 文档与实际不一致"),
    ),
    # held rows
    "nothing-held": (409, ("Nothing is held any more", "没有待处理的行")),
    "file-not-kept": (409, ("The file was not kept", "原始文件未留存")),
    "row-not-open": (400, ("The row is not held, or settled already", "该行并非待处理")),
    "not-held-rows": (400, ("Not a workbook of held rows", "不是导出的待核行工作簿")),
    "unknown-column": (400, ("The file has no such column", "文件中没有此列")),
    "unsupported-crs": (400, ("The coordinate system is not served", "不支持该坐标系")),
    # prices
    "price-policy-unknown": (400, ("No such price policy", "没有该差别化电价政策")),
    "price-policy-invalid": (400, ("Not a price policy", "差别化电价政策无效")),
    "price-policy-not-in-force": (400, ("The price policy is not in force", "政策在该月份不适用")),
    "policy-not-of-district": (400, ("The price policy is of another district", "政策不适用于该行政区")),
    "months-unusable": (400, ("These months cannot be charged", "月份无效")),
    "estimate-not-chargeable": (400, ("Estimates are not charged", "估算电量不能计费")),
    "evaluation-not-published": (409, ("The evaluation is not published", "评价尚未发布")),
    "evaluation-superseded": (409, ("A later evaluation counts", "已有更新的评价")),
    "evaluation-inputs-not-kept": (409, ("The evaluation's inputs are not kept", "评价数据未留存")),
    "months-decided-later": (409, ("A later year's decision has these months", "月份已由以后年度的决定确定")),
    "other-policy-stands": (409, ("Another policy's entries stand there", "该月份已按其他政策记账")),
    "ledger-closed": (409, ("The ledger only grows", "台账只增不改")),
    # edits
    "already-there": (409, ("There is one of this code already", "该代码已存在")),
    "read-only-property": (400, ("A property is worked out and cannot be set", "该属性由系统计算，不能修改")),
    "unknown-property": (400, ("The feature has no such property", "没有此属性")),
    # pulls
    "invalid-setting": (400, ("A setting cannot be read", "设置项无法识别")),
    "secret-missing": (400, ("A secret of the source is not there", "数据源密钥不存在")),
    "host-not-allowed": (400, ("The host is not allow-listed", "主机不在白名单中")),
    "address-not-allowed": (502, ("The host has an address that is not allowed", "主机解析到不允许的地址")),
    "pull-running": (409, ("The source is being pulled already", "该数据源正在汇聚中")),
    "spool-not-writable": (503, ("Pages of pulls cannot be kept", "汇聚暂存目录不可写")),
    "upstream-unreachable": (502, ("No connection to the source", "无法连接数据源")),
    "upstream-timeout": (502, ("The source is too slow", "数据源响应过慢")),
    "upstream-busy": (502, ("The source is busy", "数据源繁忙")),
    "upstream-error": (502, ("The source answers with an error", "数据源返回错误")),
    "upstream-refused": (502, ("The source refuses our key", "数据源拒绝访问")),
    "upstream-redirect": (502, ("The source redirects elsewhere", "数据源要求跳转")),
    "upstream-unreadable": (502, ("The source's answer cannot be read", "数据源响应无法读取")),
    "upstream-envelope": (502, ("The source answers with a code of its own", "数据源返回失败代码")),
    "upstream-too-large": (502, ("The source answers with too much", "数据源响应内容过大")),
    "repeated-page": (502, ("The source repeats a page", "数据源分页重复")),
    "incomplete-pull": (502, ("Records are missing from the pages", "数据源记录不完整")),
    # follow-up
    "parcel-not-found": (400, ("No such parcel", "没有该宗地")),
    "parcels-of-several-districts": (400, ("The parcels are of several districts", "宗地分属不同区域")),
    "note-required": (400, ("The move has to be explained", "须说明原因")),
    "move-not-allowed": (409, ("The measure cannot go there", "事项不能变更为该状态")),
    "measure-ended": (409, ("The measure has ended", "事项已结束")),
    "not-carried-out": (409, ("The measure is not carried out yet", "事项尚未实施")),
    "subscriber-not-found": (404, ("No such subscriber", "没有该订阅方")),
    "invalid-secret": (400, ("The secret of a subscriber is none", "签名密钥无效")),
    "deliveries-running": (409, ("Events are being delivered already", "事件正在投递中")),
    # the evaluation's engines
    "engine-missing": (503, ("The engine is not installed", "未安装该计算引擎")),
    "exchange-folder-required": (400, ("A folder that all nodes see is needed", "需要各节点共享的目录")),
    # the store
    "published": (409, ("A published evaluation never changes", "已发布的评价不能修改")),
    "not-published": (409, ("The evaluation is a draft and may still change", "评价尚未发布，仍可能变动")),
    "decided-already": (409, ("Somebody decided otherwise before", "已有不同的认定")),
    "history-kept": (409, ("The history of a measure never changes", "办理记录不能修改")),
    "snapshot-in-use": (409, ("What an evaluation read never changes", "评价所用的快照不能修改")),
    "inputs-changed": (409, ("The data changed during the evaluation", "评价过程中数据发生变化")),
    "evaluations-of-old-version": (409, ("Evaluations of an unreleased version", "存有未发布版本的评价")),
    "saturated": (503, ("As many simulations as allowed are running", "推演任务已达上限")),
    "busy": (503, ("The store is busy", "数据库正忙")),
    "not-initialised": (503, ("The store is not initialised", "数据库尚未初始化")),
    "read-only": (503, ("The store cannot be written to", "数据库不可写入")),
    "postgis-missing": (503, ("The database has no PostGIS", "数据库未安装 PostGIS")),
    "not-a-mujun-store": (503, ("The database belongs to something else", "数据库属于其他系统")),
    "invalid-database-url": (400, ("The database address is not valid", "数据库地址无效")),
}
"""Every code that a problem document (then with its status), a held row or an unscored parcel may carry."""

_PROCESSES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"

TYPES: dict[str, str] = {
    code: f"{_PROCESSES}/{code}" for code in ("no-such-process", "no-such-job", "result-not-ready")
}
"""Codes whose ``type`` a standard decides."""
