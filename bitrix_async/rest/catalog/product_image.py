"""Images of a product, parent product, variation or service; for administrators.

The error code 0 stands for many things here, and only its description tells them apart.
"""

from collections.abc import Sequence
from typing import Literal, Required, TypeAlias, TypedDict, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.catalog._models import (
    FieldDescription,
    ProductImage,
    ProductImageFieldsResult,
    ProductImageResult,
    ProductImagesResult,
    SelectedProductImage,
    SelectedProductImagesResult,
)

__all__ = [
    "FieldDescription",
    "ImageField",
    "ImageType",
    "NewProductImage",
    "ProductImage",
    "ProductImageFieldsResult",
    "ProductImageResult",
    "ProductImagesResult",
    "SelectedProductImage",
    "SelectedProductImagesResult",
    "add",
    "delete",
    "get",
    "get_fields",
    "list",
]

ImageType: TypeAlias = Literal["DETAIL_PICTURE", "PREVIEW_PICTURE", "MORE_PHOTO"]
"""Where an image stands; the first two are places of the old product card."""

ImageField: TypeAlias = Literal[
    "id", "name", "productId", "type", "createTime", "downloadUrl", "detailUrl"
]


class NewProductImage(TypedDict, total=False):
    """Where `add` puts the image; `type` is MORE_PHOTO unless given."""

    productId: Required[Arg[int]]
    type: Arg[ImageType]


def add(
    fields: NewProductImage, file_content: tuple[str, str]
) -> Call[ProductImageResult]:
    """Add an image to a product, from its file name and the file in base64.

    Errors:
        200040300020: no right to change the catalogue or the product.
        100: no `fields` or no `file_content`.
        0: no such product; no property for the image; a bad, long or missing file
            name; a wrong kind of file; too large; the disk is full; any other failure.

    https://apidocs.bitrix24.com/api-reference/catalog/product-image/catalog-product-image-add.html
    """
    return Call(
        "catalog.productImage.add",
        given(fields=fields, fileContent=file_content),
        ProductImageResult,
    )


def delete(product_id: Arg[int], id: Arg[int]) -> Call[bool]:  # noqa: A002  # its name
    """Delete the image `id` of a product.

    Errors:
        200040300020: no right to change the catalogue or the product.
        100: no `product_id` or no `id`.
        0: no such product; no such image; any other failure.

    https://apidocs.bitrix24.com/api-reference/catalog/product-image/catalog-product-image-delete.html
    """
    return Call("catalog.productImage.delete", given(productId=product_id, id=id), bool)


def get(product_id: Arg[int], id: Arg[int]) -> Call[ProductImageResult]:  # noqa: A002  # its name
    """Read the image `id` of a product.

    Errors:
        200040300010: no right to see the catalogue or the product.
        100: no `product_id` or no `id`.
        0: no such product; no such image; any other failure.

    https://apidocs.bitrix24.com/api-reference/catalog/product-image/catalog-product-image-get.html
    """
    return Call(
        "catalog.productImage.get",
        given(productId=product_id, id=id),
        ProductImageResult,
    )


def get_fields() -> Call[ProductImageFieldsResult]:
    """Describe the fields of a product image.

    Errors:
        200040300010: no right to see the catalogue.
        0: any other failure.

    https://apidocs.bitrix24.com/api-reference/catalog/product-image/catalog-product-image-get-fields.html
    """
    return Call("catalog.productImage.getFields", {}, ProductImageFieldsResult)


@overload
def list(  # noqa: A001  # the portal's word
    product_id: Arg[int], *, select: None = None
) -> Call[ProductImagesResult]: ...


@overload
def list(  # noqa: A001
    product_id: Arg[int], *, select: Sequence[ImageField]
) -> Call[SelectedProductImagesResult]: ...


def list(  # noqa: A001
    product_id: Arg[int], *, select: Sequence[ImageField] | None = None
) -> Call[ProductImagesResult] | Call[SelectedProductImagesResult]:
    """List the images of a product: all of them, there are no pages.

    Errors:
        200040300010: no right to see the catalogue or the product.
        100: no `product_id`.
        0: no such product; any other failure.

    https://apidocs.bitrix24.com/api-reference/catalog/product-image/catalog-product-image-list.html
    """
    params = given(productId=product_id, select=select)
    if select is None:
        return Call("catalog.productImage.list", params, ProductImagesResult)
    return Call("catalog.productImage.list", params, SelectedProductImagesResult)
