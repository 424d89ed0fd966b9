"""Product pictures: files of the images folder, and of nowhere else."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse

from common.errors import NotFound
from web.services import services

router = APIRouter()
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
KEPT_SECONDS = 86_400


@router.get("/media/{path:path}", include_in_schema=False)
async def picture(request: Request, path: Annotated[str, Path(max_length=200)]) -> FileResponse:
    """A picture with its ETag; raises NotFound for anything that is not a picture inside the folder."""
    folder = services(request).settings.images_dir.resolve()
    if "\0" in path:
        raise NotFound("There is no such picture.")
    file = (folder / path).resolve()
    if not file.is_relative_to(folder) or file.suffix.lower() not in TYPES or not file.is_file():
        raise NotFound("There is no such picture.")
    caching = {"Cache-Control": f"public, max-age={KEPT_SECONDS}", "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, media_type=TYPES[file.suffix.lower()], headers=caching)
