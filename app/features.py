"""The routers of all features, pages first."""

from fastapi import APIRouter

from app.accounts.api import router as accounts_api
from app.accounts.routes import router as accounts
from app.administration.api import router as administration_api
from app.administration.routes import router as administration
from app.assessments.api import router as assessments_api
from app.assessments.routes import router as assessments
from app.audit.api import router as audit_api
from app.audit.routes import router as audit
from app.baselines.api import router as baselines_api
from app.baselines.routes import router as baselines
from app.catalogue.api import router as catalogue_api
from app.catalogue.routes import router as catalogue
from app.exports.api import router as exports_api
from app.exports.plan import router as exports_plan
from app.exports.routes import router as exports
from app.inviting.api import router as inviting_api
from app.inviting.people import router as people
from app.inviting.routes import router as inviting
from app.organizations.api import router as organizations_api
from app.organizations.routes import router as organizations
from app.portfolio.discussion import router as discussion
from app.portfolio.routes import router as portfolio
from app.privacy.api import receipts as receipts_api
from app.privacy.api import router as privacy_api
from app.privacy.respondent import router as your_data
from app.privacy.routes import router as privacy
from app.remarks.api import router as remarks_api
from app.remarks.routes import router as remarks
from app.responses.api import router as responses_api
from app.responses.routes import router as responses
from app.responses.stopping import router as stopping
from app.results.api import router as results_api
from app.results.routes import router as results
from app.results.shared import router as shared_reports
from app.roadmaps.api import router as roadmaps_api
from app.roadmaps.board import router as roadmaps_board
from app.roadmaps.exports.api import router as roadmap_files
from app.roadmaps.items.api import router as roadmap_items_api
from app.roadmaps.items.routes import router as roadmap_items
from app.roadmaps.library.api import router as library_api
from app.roadmaps.library.routes import router as library
from app.roadmaps.outcomes.api import router as roadmap_outcomes_api
from app.roadmaps.outcomes.routes import router as roadmap_outcomes
from app.roadmaps.reviews.api import router as roadmap_reviews_api
from app.roadmaps.reviews.routes import router as roadmap_reviews
from app.roadmaps.routes import router as roadmaps

ROUTERS: tuple[APIRouter, ...] = (
    accounts_api,
    accounts,
    administration_api,
    administration,
    assessments_api,
    assessments,
    audit_api,
    audit,
    baselines_api,
    baselines,
    catalogue_api,
    catalogue,
    exports_api,
    exports_plan,
    exports,
    inviting_api,
    inviting,
    people,
    organizations_api,
    organizations,
    portfolio,
    discussion,
    receipts_api,
    privacy_api,
    privacy,
    your_data,
    remarks_api,
    remarks,
    responses_api,
    stopping,
    responses,
    results_api,
    results,
    shared_reports,
    roadmaps_api,
    roadmaps_board,
    roadmap_files,
    roadmap_items_api,
    roadmap_items,
    library_api,
    library,
    roadmap_outcomes_api,
    roadmap_outcomes,
    roadmap_reviews_api,
    roadmap_reviews,
    roadmaps,
)
