"""Pages of accounts: signing in and out, setting a password by a link, one's own account."""

from fastapi import APIRouter

from app.accounts.routes import account, factors, password_links, providers, sign_in

router = APIRouter(include_in_schema=False)
for part in (sign_in, providers, factors, password_links, account):
    router.include_router(part.router)
