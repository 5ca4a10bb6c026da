"""How the library for durable work is set up wherever it is used: JSON, and silent about what we tell."""

import logging

from dbos import DBOSConfig, DBOSPortableJSONSerializer

SERIALIZER = DBOSPortableJSONSerializer()
"""Plain JSON: what is written down today can be read by tomorrow's release, and runs no code."""

_LOG = logging.getLogger("dbos")


class _Ours(logging.Filter):
    """Lets a failed or cancelled job pass in silence: the job itself says why, and our log has the rest."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        return kind is None or kind.__name__ not in {
            "JobFailed",
            "PortableWorkflowError",
            "DBOSAwaitedWorkflowCancelledError",
        }


_FILTER = _Ours()


def hush() -> None:
    """Let only errors of the library itself into the log; no handler of its own, no console."""
    _LOG.setLevel(logging.ERROR)
    if not _LOG.handlers:
        # with a handler there it installs none; what passes goes to whatever the process logs to
        _LOG.addHandler(logging.NullHandler())
        _LOG.propagate = True
    _LOG.addFilter(_FILTER)


def config(url: str, schema: str, *, name: str, version: str, place: str) -> DBOSConfig:
    """Return the configuration of an executor: nothing listens, nothing is sent anywhere."""
    return {
        "name": name,
        "system_database_url": url,
        "dbos_system_schema": schema,
        "serializer": SERIALIZER,
        "executor_id": place,
        "application_version": version,
        "enable_otlp": False,
        "log_level": "ERROR",
        "sys_db_pool_size": 5,
        "notification_listener_polling_interval_sec": 1.0,
    }
