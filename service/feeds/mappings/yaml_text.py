"""YAML as people write it by hand, read strictly: no aliases, no key twice, errors with line and column."""

from typing import Any

import yaml

from service.errors import InvalidMapping

_LIMIT = 256 * 1024


class _StrictLoader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        # aliases are how a small file becomes a huge document
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not used here", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if isinstance(name, (list, dict)) or name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} appears twice or is no key", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def load_yaml(text: str, place: str) -> Any:
    """Return the document; raises `InvalidMapping` with line and column."""
    if len(text) > _LIMIT:
        raise InvalidMapping("The mapping file is longer than 256 KiB.", "映射文件过大。", place=place)
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{place}, line {mark.line + 1}, column {mark.column + 1}" if mark else place
        raise InvalidMapping(
            f"Not YAML: {error.problem}.", "映射文件不是有效的 YAML。", place=where
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise InvalidMapping("Not YAML.", "映射文件不是有效的 YAML。", place=place) from None
