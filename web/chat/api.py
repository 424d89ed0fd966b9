"""The chat's HTTP endpoints: messages, images, history, and the files of forecasts."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import FileResponse, Response

from common.caller import Role
from store import conversations
from web.accounts.session import SessionInfo, address_of, current_session, requires
from web.bodies import body, documented
from web.chat.forecast_files import ForecastFile
from web.chat.images import uploaded_bytes
from web.chat.messages import ChatMessage
from web.chat.parts import MessagePart
from web.limits import Limit
from web.services import services

router = APIRouter(prefix="/api", tags=["chat"])

Session = Annotated[SessionInfo, Depends(current_session)]
Marketer = Annotated[SessionInfo, Depends(requires(Role.MARKETER))]
UploadId = Annotated[str, Path(pattern=r"^u_[0-9a-f]{24}$")]
ForecastId = Annotated[str, Path(pattern=r"^f_[0-9a-f]{24}$")]
_IMAGE_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"image": {"type": "string", "format": "binary"}},
                    "required": ["image"],
                }
            }
        },
    }
}


class ChatAnswer(BaseModel):
    """An answer. `failed` says that it is only an apology, and that the same message may be sent again."""

    turn_id: str
    seq: int
    failed: bool
    messages: list[MessagePart]


class ImageReference(BaseModel):
    image_id: str


class HistoryTurn(BaseModel):
    seq: int
    turn_id: str
    client_id: str
    request: dict[str, Any]
    messages: list[Any]
    failed: bool
    created_at: datetime


class History(BaseModel):
    turns: list[HistoryTurn]


@router.post("/chat", response_model=ChatAnswer, openapi_extra=documented(ChatMessage))
async def send_message(
    request: Request, session: Session, message: Annotated[ChatMessage, Depends(body(ChatMessage))]
) -> Any:
    """Answer a message. Sent again with the same `client_id`, it gets the same answer and nothing happens twice."""
    limiter = services(request).limiter
    await limiter.count_subject(Limit.CHAT, session.subject)
    await limiter.count_address(Limit.CHAT, address_of(request))
    answer = await services(request).turns.answer(session, message)
    return {
        "turn_id": answer.turn_id,
        "seq": answer.seq,
        "failed": answer.failed,
        "messages": answer.messages,
    }


@router.post("/chat/images", status_code=201, openapi_extra=_IMAGE_FORM)
async def send_image(request: Request, session: Session) -> ImageReference:
    """Keep a picture for the next message: JPEG, PNG or WebP, at most 5 MB and 20 megapixels."""
    limiter = services(request).limiter
    await limiter.count_address(Limit.IMAGES, address_of(request))
    await limiter.count_subject(Limit.IMAGES, session.subject)
    raw = await uploaded_bytes(request)
    return ImageReference(image_id=await services(request).images.keep(session.subject, raw))


@router.get("/chat/images/{image_id}", response_class=FileResponse)
async def show_image(request: Request, session: Session, image_id: UploadId) -> FileResponse:
    """One's own picture; anybody else's does not exist."""
    path = await services(request).images.path_of(session.subject, image_id)
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/chat/history")
async def show_history(
    request: Request, session: Session, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> History:
    """The newest hundred turns of one's conversation, or the first hundred after a number."""
    async with services(request).database.begin() as db:
        conversation = await conversations.newest_conversation(db, session.subject)
        if conversation is None:
            return History(turns=[])
        turns = (
            await conversations.turns_after(db, conversation.id, after)
            if after
            else await conversations.newest_turns(db, conversation.id)
        )
    return History(
        turns=[
            HistoryTurn(
                seq=turn.seq,
                turn_id=turn.public_id,
                client_id=turn.client_id,
                request=turn.request,
                messages=turn.response or [],
                failed=turn.answered_at is None,
                created_at=turn.created_at,
            )
            for turn in turns
        ]
    )


@router.get("/forecasts/{forecast_id}/{file}", response_class=Response)
async def show_forecast_file(
    request: Request, session: Marketer, forecast_id: ForecastId, file: ForecastFile
) -> Response:
    """A forecast's chart or its numbers, for marketers."""
    await services(request).limiter.count_subject(Limit.FILES, session.subject)
    fetched = await services(request).forecast_files.fetch(forecast_id, file)
    disposition = "inline" if file is ForecastFile.CHART else f'attachment; filename="{fetched.name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, max-age=3600"}
    return Response(fetched.content, media_type=fetched.media_type, headers=headers)
