"""Images that people send: cleaned, kept under random names, and given back to their owner only."""

from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from common.errors import NotFound, TooLarge
from common.ids import public_id
from store import conversations
from store.session import Database
from web.bodies import Malformed
from web.chat.image_check import CleanImage, clean_image
from web.security import UPLOAD_BYTES

DECODERS = 2  # at once: one may take a processor and 100 MB for half a second


async def uploaded_bytes(request: Request) -> bytes:
    """The one file of a multipart form, at most 5 MB; raises Malformed when there is none, TooLarge past the limit."""
    try:
        async with request.form(max_files=1, max_fields=0) as form:
            files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            if not files:
                raise Malformed("Please send one picture, as multipart/form-data.")
            raw = await files[0].read(UPLOAD_BYTES + 1)
    except MultiPartException as error:
        raise Malformed("Please send one picture, as multipart/form-data.") from error
    if len(raw) > UPLOAD_BYTES:
        raise TooLarge("This picture is too large; the limit is 5 MB.")
    return raw


class ImageStore:
    def __init__(self, folder: Path, database: Database) -> None:
        self._folder, self._database = folder, database
        self._decoders = CapacityLimiter(DECODERS)

    async def keep(self, subject: str, raw: bytes) -> str:
        """Clean a picture and keep it for a subject; returns its public id."""
        image = await to_thread.run_sync(clean_image, raw, limiter=self._decoders)
        upload_id = public_id("u")
        path = self._folder / f"{public_id('i')}.{image.suffix}"
        await to_thread.run_sync(_write, path, image)
        try:
            async with self._database.begin() as session:
                await conversations.add_upload(
                    session,
                    upload_id=upload_id,
                    subject=subject,
                    path=path.name,
                    width=image.width,
                    height=image.height,
                    sha256=image.sha256,
                )
        except BaseException:
            path.unlink()
            raise
        return upload_id

    async def path_of(self, subject: str, upload_id: str) -> Path:
        """The file of one's own picture; raises NotFound alike for others' and for none."""
        async with self._database.begin() as session:
            upload = await conversations.find_upload(session, subject, upload_id)
        path = self._folder / upload.path if upload else None
        if path is None or not path.is_file():
            raise NotFound("There is no such image.")
        return path


def _write(path: Path, image: CleanImage) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(image.content)
