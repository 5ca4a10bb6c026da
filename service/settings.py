"""Settings from the environment (``MUJUN_…``); nothing else reads it, but for secrets that sources name."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may choose; every field is an environment variable with the prefix ``MUJUN_``."""

    model_config = SettingsConfigDict(env_prefix="MUJUN_", extra="ignore")

    database_url: str = "sqlite:///park.gpkg"
    """One GeoPackage file by default; ``postgresql+psycopg://…`` for PostGIS."""

    data_dir: Path = Path("mujun-data")
    """Where exports and the pages of unfinished pulls are kept, and the demo writes its hand-over files."""

    profiles_dir: Path | None = None
    """A folder of the installation's own profiles, beside those shipped."""

    open: bool = False
    """Serve without keys: loopback only, forwarded requests refused."""

    public_url: str = ""
    """The address under which clients see the service; empty: taken from each request."""

    max_upload_bytes: int = 512 * 1024 * 1024

    max_feature_bytes: int = 64 * 1024 * 1024
    """Of one feature that is edited: enough for an outline of a million vertices."""

    require_if_match: bool = False
    """Refuse edits that do not say of which version they are made (428); QGIS never says it."""

    page_size: int = 1000
    """Items on a page unless the client asks for fewer or more."""

    page_size_limit: int = 10_000

    download_limit: int = 1_000_000
    """Features in a file (CSV, GeoPackage, …), which holds all that match; more are on a next one."""

    jobs: Literal["here", "elsewhere"] = "here"
    """Whether the web service carries out jobs itself, or leaves them to ``mujun work``."""

    simulations: int = 2
    """Simulations, comparisons and sensitivities at once in a process; more are answered 503."""

    sources: Path | None = None
    """A YAML file: the sources that are pulled; see `service.pulling.configuration`."""

    pull_hosts: str = ""
    """The origins that pulls may ask, separated by commas: ``gw.example.gov.cn``, ``http://10.1.2.3:8080``."""

    pull_private_networks: str = ""
    """Networks of special addresses (private, loopback) that those names may resolve to: ``10.1.0.0/16``."""

    pull_ca_file: Path | None = None
    """Certificate authorities beside the system's, PEM; certificates are always checked."""

    subscribers: Path | None = None
    """A YAML file: the systems that are told of events; see `service.webhooks.subscribers`."""

    event_hosts: str = ""
    """The origins that events may be sent to, as ``pull_hosts``."""

    event_private_networks: str = ""
    """Networks of special addresses that those names may resolve to, as ``pull_private_networks``."""

    event_ca_file: Path | None = None
    """Certificate authorities beside the system's, PEM, for where events go."""
