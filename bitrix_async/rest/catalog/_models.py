"""What methods of product images answer, in the envelopes they come in."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from bitrix_async.rest._wire import brief, wire


@frozen(kw_only=True)
class ProductImage:
    """An image of a product, parent product, variation or service.

    `type` is MORE_PHOTO, or DETAIL_PICTURE or PREVIEW_PICTURE of the old product card.
    `create_time` is ISO 8601. `detail_url` is a path on the portal. `download_url` is
    signed: whoever has it can fetch the file, so it is in no repr.

    https://apidocs.bitrix24.com/api-reference/catalog/data-types.html#catalog_product_image
    """

    id: int
    name: str
    product_id: int = field(metadata=wire("productId"))
    type: str
    create_time: str = field(metadata=wire("createTime"))
    download_url: str = field(metadata=wire("downloadUrl"), repr=False)
    detail_url: str = field(metadata=wire("detailUrl"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class SelectedProductImage:
    """The fields of a `ProductImage` that `select` asked for; the others are None."""

    id: int | None = None
    name: str | None = None
    product_id: int | None = field(default=None, metadata=wire("productId"))
    type: str | None = None
    create_time: str | None = field(default=None, metadata=wire("createTime"))
    download_url: str | None = field(
        default=None, metadata=wire("downloadUrl"), repr=False
    )
    detail_url: str | None = field(default=None, metadata=wire("detailUrl"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class ProductImageResult:
    """What `add` and `get` answer."""

    product_image: ProductImage = field(metadata=wire("productImage"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class ProductImagesResult:
    """What `list` answers."""

    product_images: list[ProductImage] = field(metadata=wire("productImages"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class SelectedProductImagesResult:
    """What `list` answers with `select`."""

    product_images: list[SelectedProductImage] = field(metadata=wire("productImages"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class FieldDescription:
    """How a field may be used.

    https://apidocs.bitrix24.com/api-reference/catalog/data-types.html#rest_field_description
    """

    is_immutable: bool = field(metadata=wire("isImmutable"))
    is_read_only: bool = field(metadata=wire("isReadOnly"))
    is_required: bool = field(metadata=wire("isRequired"))
    type: str
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class ProductImageFieldsResult:
    """What `get_fields` answers: descriptions by the wire names of the fields."""

    product_image: dict[str, FieldDescription] = field(metadata=wire("productImage"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief
