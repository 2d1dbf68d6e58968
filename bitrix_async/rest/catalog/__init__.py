"""The `catalog` methods; so far the images of products."""

from bitrix_async.rest.catalog import product_image

__all__ = ["product_image"]
