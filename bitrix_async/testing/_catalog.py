"""catalog.productImage.*: pictures of products (protocol.md 8).

All errors are 400 with numeric codes: no rights 200040300020 (reading:
200040300010), a missing parameter 100, everything else 0 (the pages of the methods).
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from bitrix_async.testing._methods import Paged, PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._methods import Context, Handler

_NO_RIGHT: Final = {"read": 200040300010, "edit": 200040300020}
_MISSING: Final = 100
_OTHER: Final = 0

_TYPES: Final = ("DETAIL_PICTURE", "PREVIEW_PICTURE", "MORE_PHOTO")

# name: (type, isReadOnly, isRequired), as catalog.productImage.getFields gives them.
_FIELDS: Final = {
    "createTime": ("datetime", True, False),
    "detailUrl": ("string", True, False),
    "downloadUrl": ("string", True, False),
    "id": ("integer", True, False),
    "name": ("string", True, False),
    "productId": ("string", False, True),
    "type": ("string", False, False),
}


@frozen
class Image:
    """A stored picture; its size in bytes is what was decoded."""

    id: int
    product_id: int
    name: str
    type: str
    created: float
    size: int


@define
class Catalog:
    """Products 1..`products`, and their pictures; `denied` holds `read` or `edit`."""

    products: int = 1000
    images: dict[int, Image] = field(factory=dict)
    denied: set[str] = field(factory=set)
    _last: int = 0

    def add(self, image: Image) -> None:
        self.images[image.id] = image

    def next_id(self) -> int:
        self._last += 1
        return self._last

    def of_product(self, product_id: int) -> list[Image]:
        return [each for each in self.images.values() if each.product_id == product_id]


def _add(context: Context, params: Any) -> Any:
    _check_right(context, "edit")
    fields = _required(params, "fields")
    content = [part for _, part in entries(_required(params, "fileContent"))]
    product = _product(context, param(fields, "productId"))
    kind = str(param(fields, "type") or "MORE_PHOTO")
    if kind not in _TYPES:
        raise PortalError(_OTHER, "The type of the picture is unknown")
    size = len(_decoded(content))
    catalog = context.portal.catalog
    number = catalog.next_id()
    catalog.add(Image(number, product, str(content[0]), kind, context.now, size))
    return {"productImage": _row(context, catalog.images[number])}


def _decoded(content: list[Any]) -> bytes:
    """Stray characters are skipped, not refused; nothing at all is (8)."""
    try:
        data = binascii.a2b_base64(str(content[1]))
    except (IndexError, binascii.Error):
        data = b""
    if not data:
        raise PortalError(_OTHER, "The file is empty")
    return data


def _get(context: Context, params: Any) -> Any:
    _check_right(context, "read")
    return {"productImage": _row(context, _image(context, params))}


def _list(context: Context, params: Any) -> Any:
    """All of them: there is no paging, though there is a total (7)."""
    _check_right(context, "read")
    product = _product(context, _required(params, "productId"))
    names = {str(name) for _, name in entries(param(params, "select"))} - {"*"}
    rows = [
        {
            name: v
            for name, v in _row(context, image).items()
            if not names or name in names
        }
        for image in context.portal.catalog.of_product(product)
    ]
    return Paged({"productImages": rows}, total=len(rows))


def _delete(context: Context, params: Any) -> Any:
    _check_right(context, "edit")
    del context.portal.catalog.images[_image(context, params).id]
    return True


def _get_fields(context: Context, _: Any) -> Any:
    _check_right(context, "read")
    return {
        "productImage": {
            name: {
                "isImmutable": False,
                "isReadOnly": read_only,
                "isRequired": required,
                "type": kind,
            }
            for name, (kind, read_only, required) in _FIELDS.items()
        }
    }


def _check_right(context: Context, right: str) -> None:
    if right in context.portal.catalog.denied:
        raise PortalError(_NO_RIGHT[right], "Access Denied")


def _required(params: Any, name: str) -> Any:
    value = param(params, name)
    if value is None:
        raise PortalError(_MISSING, f"The parameter {name} is missing")
    return value


def _product(context: Context, given: Any) -> int:
    product = intval(given)
    if not 0 < product <= context.portal.catalog.products:
        raise PortalError(_OTHER, "There is no such product")
    return product


def _image(context: Context, params: Any) -> Image:
    number = intval(_required(params, "id"))
    product = _product(context, _required(params, "productId"))
    image = context.portal.catalog.images.get(number)
    if image is None or image.product_id != product:
        raise PortalError(_OTHER, "The product has no such picture")
    return image


def _row(context: Context, image: Image) -> dict[str, Any]:
    host = f"https://{context.portal.host}"
    return {
        "createTime": context.portal.clock.iso(image.created),
        "detailUrl": f"/upload/iblock/{image.id}/{image.name}",
        "downloadUrl": f"{host}/rest/download.json?token=catalog%7C{image.id}",
        "id": image.id,
        "name": image.name,
        "productId": image.product_id,
        "type": image.type,
    }


METHODS: Final[Mapping[str, Handler]] = {
    "catalog.productImage.add": _add,
    "catalog.productImage.delete": _delete,
    "catalog.productImage.get": _get,
    "catalog.productImage.getFields": _get_fields,
    "catalog.productImage.list": _list,
}
