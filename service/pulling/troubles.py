"""What goes wrong with a source: errors with a stable code, and whether trying again may help."""

from service.errors import UpstreamTrouble

ACTIONS = {
    "upstream-unreachable": (
        "连接失败。",
        "Check address and network, or wait. 请检查网络。",
    ),
    "upstream-timeout": ("响应过慢。", "Wait, or raise the timeouts. 请稍后再试或放宽超时。"),
    "upstream-busy": ("对方繁忙。", "Wait, or pull with fewer requests per second. 请稍后再试或降低频率。"),
    "upstream-error": ("对方返回错误。", "Ask whoever runs the source. 请联系数据提供方。"),
    "upstream-refused": ("对方拒绝访问。", "Check key and secret of this source. 请检查该数据源的密钥。"),
    "upstream-redirect": ("对方要求跳转。", "Write the address that is meant. 请填写实际地址。"),
    "upstream-unreadable": ("响应内容无法读取。", "Ask whoever runs the source. 请联系数据提供方。"),
    "upstream-envelope": ("对方返回失败代码。", "Look the code up in the source's manual. 请查阅接口文档。"),
    "upstream-too-large": (
        "响应内容过大。",
        "Ask for smaller pages, or raise limits. 请减小分页。",
    ),
    "repeated-page": ("分页重复。", "Check the paging of this source. 请检查该数据源的分页配置。"),
    "incomplete-pull": ("记录不完整。", "Pull again when the source is at rest. 请在数据静止时重试。"),
}
"""Code → Chinese sentence and what to do."""


def trouble(code: str, detail: str, place: str) -> UpstreamTrouble:
    """Return the error of a source; ``place`` is its name."""
    chinese, action = ACTIONS[code]
    return UpstreamTrouble(detail, chinese, code=code, place=place, action=action)


class Passing(Exception):
    """A trouble that may pass: worth another attempt, after so many seconds if the source says how long."""

    def __init__(self, error: UpstreamTrouble, after: float | None = None) -> None:
        super().__init__(error.code)
        self.error, self.after = error, after
