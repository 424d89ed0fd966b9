"""What every page begins with: the database, the visitor, and the forms that paths and fields must have."""

import re
import unicodedata
from contextlib import AbstractAsyncContextManager
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Path, Request
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncSession

from common.caller import Role
from common.errors import Forbidden, Unauthenticated
from web.accounts.session import SessionInfo, current_session, ensure_session, optional_session
from web.services import services

_SLUG = r"^[A-Za-z0-9_-]{1,80}$"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff\ufeff]")


def clean(text: str) -> str:
    """What a person typed, in NFC, without control and invisible characters, without blanks around."""
    return _UNPRINTABLE.sub("", unicodedata.normalize("NFC", text)).strip()


def local_path(path: str) -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes the home page."""
    parts = urlsplit(path)
    stays = path.startswith("/") and not path.startswith("//") and not parts.scheme and not parts.netloc
    return path if stays and "\\" not in path and path.isprintable() else "/"


def transaction(request: Request) -> AbstractAsyncContextManager[AsyncSession]:
    """One request, one transaction."""
    return services(request).database.begin()


async def buying_customer(visitor: Annotated[SessionInfo, Depends(current_session)]) -> SessionInfo:
    """The signed-in customer; guests are asked to sign in, staff are told that they cannot buy."""
    if visitor.role is Role.GUEST:
        raise Unauthenticated("Please sign in first.")
    if visitor.customer_id is None:
        raise Forbidden("Staff accounts have no orders. Please sign in with a customer's account.")
    return visitor


Text = Annotated[str, AfterValidator(clean)]
Slug = Annotated[str, Path(pattern=_SLUG)]
Visitor = Annotated[SessionInfo | None, Depends(optional_session)]
ShoppingVisitor = Annotated[SessionInfo, Depends(ensure_session)]
Buyer = Annotated[SessionInfo, Depends(buying_customer)]
