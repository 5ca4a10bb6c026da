"""What the routes ask for by type: the store, the jobs, the settings, who is asking."""

from typing import Annotated

from fastapi import Depends, Request

from service.access.identity import Principal, current_principal
from service.settings import Settings
from service.store.database import Database
from service.workflows.ledger import Ledger


async def _database(request: Request) -> Database:
    store: Database = request.app.state.database
    return store


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _jobs(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.worker.ledger
    return ledger


Store = Annotated[Database, Depends(_database)]
Jobs = Annotated[Ledger, Depends(_jobs)]
Configuration = Annotated[Settings, Depends(_settings)]
Asker = Annotated[Principal, Depends(current_principal)]
