"""What a call of each shape answers; this file is only type-checked."""

from collections.abc import AsyncGenerator
from typing import Any, Literal, assert_type

from bitrix_async import Session
from bitrix_async._call import Call, Ref
from bitrix_async.rest import catalog, landing
from bitrix_async.rest.catalog.product_image import (
    FieldDescription,
    ProductImage,
    ProductImageFieldsResult,
    ProductImageResult,
    ProductImagesResult,
    SelectedProductImagesResult,
)
from bitrix_async.rest.landing.block import (
    Block,
    BlockManifest,
    ManifestFile,
    RepositorySection,
    UploadedFile,
)
from bitrix_async.rest.landing.demos import (
    RegisteredTemplate,
    SelectedRegisteredTemplate,
    WizardTemplate,
)
from bitrix_async.rest.landing.landing import (
    AdditionalValue,
    BlockContent,
    Page,
    PlacedBlock,
    SelectedPage,
)
from bitrix_async.rest.landing.repo import (
    CheckedContent,
    NewRepoBlock,
    RepoBlock,
    SelectedRepoBlock,
)
from bitrix_async.rest.landing.repowidget import NewWidget, SelectedWidget, Widget
from bitrix_async.rest.landing.site import (
    ExportedSite,
    Folder,
    SelectedSite,
    Site,
)
from bitrix_async.rest.landing.syspage import SpecialPage
from bitrix_async.rest.landing.template import SelectedTemplate, Template

blocks = landing.block
pages = landing.landing
repo = landing.repo
widgets = landing.repowidget
demos = landing.demos
images = catalog.product_image


def result(call: Call[Any]) -> None:
    """Whatever runs a call sees only its type."""


assert_type(pages.publication(351), Call[bool | None])
assert_type(pages.unpublic(351), Call[bool])
assert_type(pages.remove_entities(351, {"blocks": [1]}), Call[bool])
assert_type(pages.favorite_block(351, 6428), Call[int])
assert_type(images.delete(1, 2), Call[bool])

assert_type(landing.site.add({"TITLE": "Shop", "CODE": ""}), Call[int])
assert_type(landing.site.publication(1), Call[int])
assert_type(landing.site.get_list(), Call[list[Site]])
assert_type(landing.site.get_list(select=["TITLE"]), Call[list[SelectedSite]])
assert_type(landing.site.get_folders(1), Call[list[Folder]])
assert_type(landing.site.get_public_url(1), Call[str])
assert_type(landing.site.get_public_url([1, 2]), Call[dict[int, str]])
assert_type(
    landing.site.get_additional_fields(1), Call[dict[str, AdditionalValue] | None]
)
assert_type(landing.site.full_export(1), Call[ExportedSite | None])
assert_type(landing.role.get_rights(1), Call[dict[int, list[str]]])
assert_type(pages.resolve_id_by_public_url("/", 1), Call[int | None])
assert_type(pages.get_public_url(351), Call[str])
assert_type(pages.get_additional_fields(351), Call[dict[str, AdditionalValue]])
assert_type(pages.get_list(), Call[list[Page]])
assert_type(pages.get_list(select=None, limit=5), Call[list[Page]])
assert_type(pages.get_list(select=["TITLE"], limit=5), Call[list[SelectedPage]])

assert_type(pages.add_block(351, {"CODE": "a"}), Call[int])
assert_type(
    pages.add_block(351, {"CODE": "a"}, return_content=True), Call[BlockContent]
)
assert_type(pages.copy_block(351, 1, return_content=False), Call[int])
assert_type(pages.copy_block(351, 1, return_content=True), Call[PlacedBlock])
assert_type(pages.move_block(351, 1), Call[int])
assert_type(pages.move_block(351, 1, return_content=True), Call[PlacedBlock])

assert_type(blocks.get_list(351), Call[list[Block]])
assert_type(blocks.get_content(351, 1), Call[BlockContent])
assert_type(blocks.get_content_from_repository("a"), Call[str | None])
assert_type(blocks.get_manifest(351, 1), Call[BlockManifest])
assert_type(blocks.get_manifest_file("a"), Call[ManifestFile])
assert_type(blocks.get_repository(), Call[dict[str, RepositorySection]])
assert_type(
    blocks.get_repository(section="text"), Call[RepositorySection | Literal[False]]
)
assert_type(blocks.update_content(351, 1, ""), Call[bool])
assert_type(blocks.update_content(351, 1, "", designed=True), Call[bool | None])
assert_type(blocks.upload_file(1, "https://a.example/b.png"), Call[UploadedFile])

assert_type(landing.syspage.get(1), Call[dict[str, SpecialPage] | None])
assert_type(landing.syspage.get_special_page(1, "cart"), Call[str | None])
assert_type(landing.template.get_site_ref(1), Call[dict[int, int] | Literal[True]])
assert_type(landing.template.get_list(), Call[list[Template]])
assert_type(landing.template.get_list(select=["ID"]), Call[list[SelectedTemplate]])

assert_type(images.get(1, 2), Call[ProductImageResult])
assert_type(images.get_fields(), Call[ProductImageFieldsResult])
assert_type(images.list(1), Call[ProductImagesResult])
assert_type(images.list(1, select=["id"]), Call[SelectedProductImagesResult])


def registered(block: NewRepoBlock, widget: NewWidget) -> None:
    assert_type(repo.register("a", block), Call[int])
    assert_type(widgets.register("a", widget), Call[int])


assert_type(repo.check_content("<p>"), Call[CheckedContent])
assert_type(repo.get_list(), Call[list[RepoBlock]])
assert_type(repo.get_list(select=["ID"]), Call[list[SelectedRepoBlock]])
assert_type(repo.unbind("LANDING_SETTINGS"), Call[bool | None])
assert_type(repo.unregister("a"), Call[bool])
assert_type(widgets.debug(enable=True), Call[bool])
assert_type(widgets.get_list(), Call[list[Widget]])
assert_type(widgets.get_list(select=[]), Call[list[SelectedWidget]])
assert_type(widgets.unregister("a"), Call[bool])
assert_type(demos.get_list(), Call[list[RegisteredTemplate]])
assert_type(demos.get_list(select=["ID"]), Call[list[SelectedRegisteredTemplate]])
assert_type(demos.get_site_list("store"), Call[dict[str, WizardTemplate]])
assert_type(demos.get_page_list("store"), Call[dict[str, WizardTemplate]])
assert_type(demos.register({"code": "a"}), Call[list[int]])
assert_type(demos.unregister("a"), Call[bool])

assert_type(pages.publication(351).result, Ref[bool | None])
assert_type(pages.get_list().result[0]["ID"], Ref[Any])


def export(whole: ExportedSite) -> None:
    assert_type(whole["code"], str)
    assert_type(demos.register(whole), Call[list[int]])


def selected(part: SelectedPage) -> None:
    assert_type(part.id, int | None)


def attributes(
    page: Page, image: ProductImageResult, fields: ProductImageFieldsResult
) -> None:
    selected(page)
    assert_type(page.id, int)
    assert_type(page.active, bool)
    assert_type(page.sitemap, bool | None)
    assert_type(page.extra["VIEWS"], Any)
    assert_type(image.product_image, ProductImage)
    assert_type(image.product_image.id, int)
    assert_type(fields.product_image["id"], FieldDescription)
    page.id = 2  # type: ignore[misc]  # results are values


def rows(bx: Session) -> None:
    assert_type(bx.rows(landing.site.get_list()), AsyncGenerator[Site])
    assert_type(bx.pages(landing.site.get_list()), AsyncGenerator[list[Site]])
    offered = landing.demos.get_page_list("page")
    assert_type(bx.rows(offered), AsyncGenerator[WizardTemplate])
    assert_type(bx.pages(offered), AsyncGenerator[list[WizardTemplate]])
    assert_type(bx.rows(Call("crm.deal.list")), AsyncGenerator[Any])


result(pages.publication(351))
