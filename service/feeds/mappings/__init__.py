"""Mappings (字段映射): which column fills which field, as YAML says it."""
