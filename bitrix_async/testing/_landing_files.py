"""landing.block.uploadfile: images, kept as they come; nothing is fetched or resized.

An address stands for an image where its end or `ext` says that it is one.
"""

from __future__ import annotations

import binascii
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bitrix_async.testing._landing_codes import latin
from bitrix_async.testing._landing_gateway import action, may, no_block, visible_page
from bitrix_async.testing._landing_model import File
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Block
    from bitrix_async.testing._methods import Context, Handler

# How files of these kinds begin; SVG needs an administrator's leave.
_BEGINNINGS: Final = {
    "bmp": (b"BM",),
    "gif": (b"GIF87a", b"GIF89a"),
    "jpeg": (b"\xff\xd8\xff",),
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "webp": (b"RIFF",),
}
_REPLACED: Final = re.compile(r"[\s()]")


def _upload(
    context: Context,
    block: int,
    picture: Any,
    ext: str = "",
    params: Array = None,
    *,
    temp: bool = False,
) -> Any:
    owner = _owner(context, block)
    name, content = _read(picture, ext)
    landing = context.portal.landing
    number = landing.next_id("file")
    width, height = (intval(param(params, side)) for side in ("width", "height"))
    size = (width, height) if width and height else None
    landing.files[number] = File(number, block, name, content, size, temp)
    owner.images.add(number)
    return {"id": number, "src": f"https://cdn.{context.portal.host}/{number}/{name}"}


def _owner(context: Context, number: int) -> Block:
    """A block of any page that may be changed, of its draft or not."""
    landing = context.portal.landing
    block = landing.block(number) or landing.shown(number)
    page = visible_page(context, block.lid) if block else None
    if block is None or page is None or not may(context, page, "edit"):
        raise no_block()
    return block


def _read(picture: Any, ext: str) -> tuple[str, bytes]:
    if isinstance(picture, dict | list):
        parts = [str(part) for _, part in entries(picture)]
        name, text = parts if len(parts) == 2 else ("", "")  # a pair
        return _checked(name, _decoded(text))
    address = urlsplit(str(picture))
    if address.scheme not in ("http", "https") or not address.netloc:
        raise _no_image()
    name = PurePosixPath(address.path).name or "image"
    if ext:
        name = f"{PurePosixPath(name).stem}.{ext.lower()}"
    return _checked(name, None)


def _decoded(text: str) -> bytes:
    """Stray characters are skipped (protocol.md 8)."""
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        return b""


def _checked(name: str, content: bytes | None) -> tuple[str, bytes]:
    """The name that a file is kept under; it has to be an image by both."""
    beginnings = _BEGINNINGS.get(PurePosixPath(name).suffix.lower().lstrip("."))
    if beginnings is None:
        raise _no_image()
    if content is not None and not content.startswith(beginnings):
        raise _no_image()
    return _REPLACED.sub("_", latin(name)), content or b""


def _no_image() -> PortalError:
    return PortalError("FILE_ERROR", "The file could not be read as an image")


METHODS: Final[Mapping[str, Handler]] = {
    "landing.block.uploadfile": action(_upload),
}
