"""The routers of all features, pages first."""

from fastapi import APIRouter

from app.accounts.routes import router as accounts

ROUTERS: tuple[APIRouter, ...] = (accounts,)
