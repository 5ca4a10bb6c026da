"""Every error the service can tell a user, on one screen.

    MujunError
    ├── InputError            400  what was sent cannot be used as it is
    │   ├── UnreadableFile         the file is not what its name says
    │   ├── InvalidMapping         the mapping file does not fit
    │   ├── InvalidScheme          the scheme file does not hold together
    │   ├── InvalidCases           the cases of a scheme cannot be read
    │   ├── InvalidSources         the sources to pull cannot be used as configured
    │   ├── InvalidSubscribers     the systems to tell of events cannot be used as configured
    │   ├── InvalidParameter       a query parameter or a body field
    │   │   └── InvalidFilter      the CQL2 expression of a filter
    │   ├── UnusableCrs            coordinates that PROJ cannot take to CGCS2000 defensibly
    │   └── Unprocessable     422  well-formed, but no record can be made of it
    ├── NotAuthenticated      401  no key, or one that is unknown or revoked
    ├── NotAllowed            403  the key lacks the scope, or the request came a forbidden way
    ├── NotFound              404
    ├── Conflict              409  the state forbids it (a published evaluation never changes)
    ├── PreconditionFailed    412  what was to be changed is no longer as it was read
    ├── TooLarge              413
    ├── PreconditionRequired  428  a change that does not say what it was made of
    ├── UpstreamTrouble       502  a source that is pulled does not answer, or not as it should
    └── Unavailable           503  the store cannot be reached or is not initialised

Each instance carries English and Chinese text, the place where the trouble is, and what to do about it.
They become problem documents (RFC 9457) over HTTP and one readable block on the command line.
"""

from collections.abc import Mapping


class MujunError(Exception):
    """The root: a stable code, a sentence in two languages, a place, and an action.

    ``headers`` go with the answer over HTTP.
    """

    status = 500
    code = "internal-error"
    title = ("Internal error", "内部错误")

    def __init__(
        self,
        detail: str,
        detail_zh: str = "",
        *,
        code: str | None = None,
        place: str | None = None,
        action: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.detail_zh = detail_zh or self.title[1]
        self.code = code or self.code
        self.place = place
        self.action = action
        self.headers = dict(headers or {})


class InputError(MujunError):
    """What was sent cannot be used as it is."""

    status, code, title = 400, "invalid-input", ("Invalid input", "输入无效")


class UnreadableFile(InputError):
    """The file is not what its name says, or is damaged."""

    code, title = "unreadable-file", ("The file cannot be read", "文件无法读取")


class InvalidMapping(InputError):
    """The mapping file does not fit the feed or the file."""

    code, title = "invalid-mapping", ("The mapping does not fit", "字段映射不正确")


class InvalidScheme(InputError):
    """The scheme file does not hold together."""

    code, title = "invalid-scheme", ("The scheme is not valid", "评价办法不正确")


class InvalidCases(InputError):
    """The cases of a scheme cannot be read."""

    code, title = "invalid-cases", ("The cases are not valid", "算例不正确")


class InvalidSources(InputError):
    """The sources to pull cannot be used as they are configured."""

    code, title = "invalid-sources", ("The sources are not valid", "数据源配置不正确")


class InvalidSubscribers(InputError):
    """The systems to tell of events cannot be used as they are configured."""

    code, title = "invalid-subscribers", ("The subscribers are not valid", "事件订阅配置不正确")


class InvalidParameter(InputError):
    """A query parameter or a field of the body has no meaning here."""

    code, title = "invalid-parameter", ("Invalid parameter", "参数无效")


class InvalidFilter(InvalidParameter):
    """The expression of a filter is no CQL2, or compares what cannot be compared."""

    code, title = "invalid-filter", ("The filter is not valid", "过滤条件不正确")


class UnusableCrs(InputError):
    """The coordinates cannot be taken to CGCS2000 by more than a ballpark."""

    code, title = "unusable-crs", ("The coordinate system cannot be used", "坐标系无法转换")


class Unprocessable(InputError):
    """It is well-formed, but no record can be made of it."""

    status, code, title = 422, "unprocessable", ("The content cannot be accepted", "内容无法接受")


class NotAuthenticated(MujunError):
    """No key, or one that is unknown or revoked."""

    status, code, title = 401, "not-authenticated", ("A valid API key is needed", "需要有效的接口密钥")


class NotAllowed(MujunError):
    """The key lacks the scope, or the request came by a forbidden way."""

    status, code, title = 403, "not-allowed", ("Not allowed", "无权访问")


class NotFound(MujunError):
    """There is nothing under this name."""

    status, code, title = 404, "not-found", ("Not found", "未找到")


class Conflict(MujunError):
    """The present state forbids it."""

    status, code, title = 409, "conflict", ("Conflict with the present state", "与当前状态冲突")


class PreconditionFailed(MujunError):
    """What was to be changed is no longer as it was read."""

    status, code, title = 412, "precondition-failed", ("Changed in the meantime", "内容已被他人更改")


class TooLarge(MujunError):
    """More than the service takes at once."""

    status, code, title = 413, "too-large", ("Too large", "内容过大")


class PreconditionRequired(MujunError):
    """A change has to say what it was made of."""

    status, code, title = 428, "precondition-required", ("The change must be conditional", "更改须附条件")


class UpstreamTrouble(MujunError):
    """A source that is pulled does not answer, or not as it should."""

    status, code, title = 502, "upstream-trouble", ("The source could not be pulled", "数据源汇聚失败")


class Unavailable(MujunError):
    """The store cannot be reached or is not initialised."""

    status, code, title = 503, "unavailable", ("Service unavailable", "服务不可用")
