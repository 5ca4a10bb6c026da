"""PySpark: the evaluation on a cluster, for more parcels than one machine holds, or data that stays there.

Everything passes by Parquet in one folder that all nodes see: the snapshot on its way in, what the core
settles in between, the results on their way back. A plan that is settled so starts anew from a file; Spark
would otherwise analyse again all that led to it with every later join, and the plans double.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import narwhals.stable.v2 as nw
import polars as pl

from service.domain.scheme import Scheme
from service.errors import InvalidParameter, Unavailable
from service.evaluation import pipeline
from service.evaluation.frames import Frame
from service.jobs.engines import Results, in_order

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[2]"

_ALWAYS = {
    "spark.app.name": "mujun",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never another number
    "spark.sql.caseSensitive": "true",  # as on the other engines
    # With hundreds of columns made from each other it takes longer than all the rest; nothing here needs it.
    "spark.sql.constraintPropagation.enabled": "false",
}

_LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}


class SparkEngine:
    """Calculates in a Spark session that starts with the first run and stops on leaving.

    Raises `Unavailable` on entering when PySpark or Java is missing.

    :param master: ``local[2]``: two threads beside this process, on the loopback address only;
        ``spark://…``, ``yarn`` …: a cluster, with what Spark's own configuration says about its addresses
    :param folder: a folder that this process and all nodes see under the same path; left out for ``local``:
        a temporary one
    :param settings: settings of Spark that come before the ones here
    """

    def __init__(
        self, master: str = LOCAL, folder: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self._local = master.startswith("local")
        if folder is None and not self._local:
            raise InvalidParameter(
                f"The nodes of {master} need a folder that all of them see.",
                "集群各节点须能访问同一个交换目录。",
                code="exchange-folder-required",
                place="--spark-folder",
                action="Name a shared folder by --spark-folder.",
            )
        self._folder = folder
        self._settings = _ALWAYS | (_LOCAL if self._local else {}) | dict(settings or {})
        self._settings["spark.master"] = master
        self._session: SparkSession | None = None

    def __enter__(self) -> Self:
        require_spark()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            self._session.stop()
            self._session = None

    def run(self, tables: Mapping[str, pl.LazyFrame], scheme: Scheme, period: str) -> Results:
        """Return the result tables in canonical order."""
        exchange = Exchange(self._started(), self._folder)
        try:
            frames = {name: exchange.send(name, table) for name, table in tables.items()}
            results = pipeline.evaluate(frames, scheme, period, exchange.settle)
            return {name: in_order(name, exchange.fetch(table)) for name, table in results.items()}
        finally:
            exchange.clear()

    def _started(self) -> "SparkSession":
        if self._session is None:
            from pyspark.sql import SparkSession  # an extra: not everybody has it

            builder = SparkSession.builder
            for name, value in self._settings.items():
                builder = builder.config(name, value)
            self._session = builder.getOrCreate()
        return self._session


class Exchange:
    """The folder of one run in which Polars and Spark leave Parquet for each other."""

    def __init__(self, session: "SparkSession", parent: Path | None) -> None:
        self._session = session
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=parent, prefix="mujun-spark-")).resolve()
        if parent is not None:
            self._folder.chmod(0o2770)  # the nodes' user shares the folder's group; nobody else reads figures
        self._names = count()

    def send(self, name: str, table: pl.LazyFrame) -> Frame:
        """Write a table of the snapshot and return it as Spark reads it."""
        path = self._folder / f"{name}.parquet"
        table.sink_parquet(path)
        return nw.from_native(self._session.read.parquet(path.as_uri()))

    def settle(self, frame: Frame) -> Frame:
        """Compute a frame once and go on from its file."""
        native: DataFrame = frame.to_native()
        path = self._written(native)
        return nw.from_native(self._session.read.schema(native.schema).parquet(path.as_uri()))

    def fetch(self, frame: Frame) -> pl.DataFrame:
        """Compute a frame and return it as Polars reads it."""
        return pl.read_parquet(self._written(frame.to_native()) / "*.parquet")

    def clear(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _written(self, native: Any) -> Path:
        path = self._folder / f"settled-{next(self._names)}"
        native.write.parquet(path.as_uri())
        return path


def require_spark() -> None:
    """Raise `Unavailable` when PySpark or Java is missing."""
    if find_spec("pyspark") is None:
        raise Unavailable(
            "PySpark is not installed.",
            "未安装 PySpark。",
            code="engine-missing",
            place="--engine spark",
            action="Install it with: pip install 'mujun[spark]'",
        )
    if not has_java():
        raise Unavailable(
            "Spark needs Java 17 or later, and there is none here.",
            "Spark 需要 Java 17 或更高版本，本机未安装。",
            code="engine-missing",
            place="--engine spark",
            action="Install Java (Debian: apt-get install openjdk-17-jre-headless), or set JAVA_HOME.",
        )


def has_java() -> bool:
    """Tell whether Spark would find Java: by JAVA_HOME, else on the search path."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else None) is not None
