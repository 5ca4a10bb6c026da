"""The composition root: one place where settings, store, rooms and rules become the web application."""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import BoundedSemaphore
from typing import Any

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from service import __version__
from service.access import policy
from service.access.gate import Gate
from service.access.keys import require_way_in
from service.access.remembered import Remembered
from service.access.routes import RouteTable
from service.api import openapi, problems
from service.api.body_limit import BodyLimit
from service.api.headers import CommonHeaders, HeadAsGet
from service.api.response_memory import Answers, ResponseMemory
from service.api.routes import routers as api_routers
from service.api.validation import known_parameters_only
from service.console.page import index_html
from service.console.routes import router as console_router
from service.features.formats.formats import FORMATS
from service.jobs.editing import AfterEdits
from service.ogc.edits import routes as edit_routes
from service.ogc.routes import routers as ogc_routers
from service.settings import Settings
from service.store.database import Database
from service.store.version import Versions
from service.workflows.deliveries import Deliveries
from service.workflows.worker import Worker

_log = logging.getLogger("mujun")

_MULTIPART_OVERHEAD = 2 * 1024 * 1024  # boundaries, and a mapping sent along as text


def create_app(settings: Settings | None = None, database: Database | None = None) -> FastAPI:
    """Return the application; it opens nothing until it starts.

    Without arguments the environment decides. A database that is passed in stays open when the application
    stops. Raises `RuntimeError` when a route has no scope in `service.access.policy`.
    """
    settings = settings or Settings()
    store = database or Database(settings.database_url)
    worker, deliveries = Worker(store, settings), Deliveries(store, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(store.require_schema)
        await run_in_threadpool(require_way_in, store, open_mode=settings.open)
        if settings.open:
            _log.warning(
                "Open mode: no keys are asked for, only this machine is answered. 开放模式，仅限本机。"
            )
        if settings.jobs == "here":
            worker.start()
            deliveries.start()
        yield
        await run_in_threadpool(deliveries.stop)
        await run_in_threadpool(worker.stop)
        if database is None:
            store.dispose()

    app = FastAPI(
        title="Mujun 亩均",
        version=__version__,
        lifespan=lifespan,
        dependencies=[Depends(known_parameters_only)],
        redirect_slashes=False,
        # Served through declared routes instead, or not at all: the interactive pages load from other hosts.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.database, app.state.query_parameters = settings, store, {}
    app.state.worker = worker
    app.state.after_edits = AfterEdits(store)
    app.state.simulations = BoundedSemaphore(settings.simulations)
    for router in (*ogc_routers(index_html), *api_routers(), console_router()):
        app.include_router(router)
    routes = RouteTable(app.routes)
    policy.check_routes(routes.declared())
    app.state.routes = routes
    openapi.install(app)
    problems.install(app)

    versions, remembered = Versions(store.committed_version), Remembered()
    # The last one added meets a request first.
    limits = {("POST", "/feeds/{feed}/batches"): settings.max_upload_bytes + _MULTIPART_OVERHEAD}
    limits |= dict.fromkeys(edit_routes.TAKES_FEATURES, settings.max_feature_bytes)
    app.add_middleware(BodyLimit, limits=limits, refusal=problems.refusal)
    app.add_middleware(
        Gate,
        routes=routes,
        database=store,
        versions=versions,
        remembered=remembered,
        open_mode=settings.open,
        public_url=settings.public_url,
        refusal=problems.refusal,
    )
    packed = tuple(each.media_type for each in FORMATS if each.compressed)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=1024,
        compresslevel=5,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *packed),
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(CommonHeaders)
    app.add_middleware(
        ResponseMemory,
        versions=versions,
        remembered=remembered,
        open_mode=settings.open,
        answers=Answers(),
    )
    return app


def pass_by_what_stays() -> None:
    """Have the garbage collector of a process that only serves spend no time on what lives as long as it."""
    gc.collect()
    gc.freeze()
    # nor is a request's garbage in cycles: looking for some rarely is enough
    gc.set_threshold(20_000, 20, 20)


def __getattr__(name: str) -> Any:
    """Give ``app`` to ``uvicorn service.main:app`` without making one for whoever imports `create_app`."""
    if name == "app":
        app = create_app()
        pass_by_what_stays()
        return app
    raise AttributeError(name)
