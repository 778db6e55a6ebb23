"""The routers of all features, pages first."""

from fastapi import APIRouter

from app.accounts.api import router as accounts_api
from app.accounts.routes import router as accounts
from app.baselines.api import router as baselines_api
from app.baselines.routes import router as baselines
from app.catalogue.api import router as catalogue_api
from app.catalogue.routes import router as catalogue
from app.organizations.api import router as organizations_api
from app.organizations.routes import router as organizations
from app.portfolio.routes import router as portfolio
from app.responses.api import router as responses_api
from app.responses.routes import router as responses

ROUTERS: tuple[APIRouter, ...] = (
    accounts_api,
    accounts,
    baselines_api,
    baselines,
    catalogue_api,
    catalogue,
    organizations_api,
    organizations,
    responses_api,
    responses,
    portfolio,
)
