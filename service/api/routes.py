"""The service's own resources, in the order in which the documents list them."""

from fastapi import APIRouter

from service.api import (
    batches,
    corrections,
    coverage,
    evaluations,
    events,
    explanations,
    figures,
    health,
    jobs,
    matches,
    measures,
    openapi,
    processes,
    profiles,
    quality,
    schemes,
    sources,
    whatif,
)
from service.api.levers import consolidation, contracts, energy, leasing, prices, uplift


def routers() -> list[APIRouter]:
    """Return the routers of the service's own resources."""
    return [
        sources.router,
        batches.router,
        figures.router,
        corrections.router,
        matches.router,
        profiles.router,
        schemes.router,
        evaluations.router,
        explanations.router,
        whatif.router,
        uplift.router,
        contracts.router,
        energy.router,
        prices.router,
        consolidation.router,
        leasing.router,
        coverage.router,
        quality.router,
        measures.router,
        events.router,
        processes.router,
        jobs.router,
        health.router,
        openapi.router,
    ]
