"""Styles, scripts and icons: kept for good under their content's hash, checked again without one."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOR_GOOD = "public, max-age=31536000, immutable"


class CachedStatic(StaticFiles):
    """Static files with caching headers: `?v=...` names one content; imports between scripts carry no hash."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        named = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = FOR_GOOD if named and response.status_code == 200 else "no-cache"
        return response
