"""Profiles (交付方案) and previews (预览): how a file would be read, before anything is stored."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, UploadFile
from pydantic import BaseModel, Field

from service.access.policy import masked
from service.api.dependencies import Asker, Configuration
from service.api.paging import Text
from service.api.problems import responses
from service.api.uploads import Epsg, base_name, known_fields_only, on_disk, text_of
from service.domain.hand_overs import Feed
from service.feeds.mappings.mapping import parse_mapping
from service.feeds.mappings.profile_head import Title
from service.feeds.profiles import catalogue as shelf
from service.feeds.profiles.previewing import SHOWN, Preview, preview
from service.reference.bureaus import bureaus

router = APIRouter(prefix="/feeds", tags=["Hand-overs 数据交付"])

Name = Annotated[str, Path(max_length=60, description="The name of a profile")]


class Profile(BaseModel):
    """A profile: which bureau's layout it reads, where that is known from, and the mapping as YAML.

    Of an installation's own profiles only analysts see the text, as it may hold what a figure is set to.
    """

    name: str
    feed: Feed
    title: Title | None = None
    bureau: str | None = Field(None, description="Who hands such files over 交付部门")
    source: str | None = None
    verified: bool | None = Field(None, description="Whether a file or document of this layout was read")
    shipped: bool | None = None
    text: str | None = Field(None, description="The profile as YAML")


class Profiles(BaseModel):
    """The profiles by name."""

    profiles: list[Profile]


@router.get("/profiles", response_model_exclude_unset=True)
def profiles(asker: Asker, settings: Configuration, feed: Feed | None = None) -> Profiles:
    """List the profiles: those shipped, and the installation's own."""
    found = shelf.all_profiles(settings.profiles_dir).values()
    chosen = [each for each in found if feed in (None, each.mapping.feed)]
    return Profiles(profiles=[Profile(**masked(asker, "profiles", _head(each))) for each in chosen])


@router.get("/profiles/{name}", response_model_exclude_unset=True, responses=responses(404))
def profile(asker: Asker, settings: Configuration, name: Name) -> Profile:
    """Show a profile whole, to read it or to begin one's own."""
    found = shelf.find_profile(name, settings.profiles_dir)
    kind = "profiles" if found.shipped else "own_profiles"
    return Profile(**masked(asker, kind, {**_head(found), "text": found.text}))


@router.post(
    "/preview",
    dependencies=[Depends(known_fields_only)],
    response_model_exclude_unset=True,
    responses=responses(404, 413, 415),
)
def preview_(
    asker: Asker,
    settings: Configuration,
    file: Annotated[UploadFile, File(description="The file as received; its ending tells the format.")],
    feed: Annotated[Feed | None, Form(description="Else that of the mapping, or whichever fits")] = None,
    mapping: Annotated[
        UploadFile | str | None, File(description="YAML: which column fills which field 字段映射")
    ] = None,
    profile: Annotated[Text | None, Form(description="A profile by name 交付方案")] = None,
    district: Annotated[Text | None, Form(description="District of the parcels 行政区")] = None,
    crs: Annotated[Epsg | None, Form(description="EPSG:4549, before the file's own 坐标系")] = None,
    shown: Annotated[int, Form(ge=0, le=100, description="Rows of data to show")] = SHOWN,
) -> Preview:
    """Tell what an import would read of a file, or guess how it could be read; nothing is stored."""
    text = text_of(mapping)
    with on_disk(file, settings.max_upload_bytes) as path:
        found = preview(
            path,
            feed,
            mapping=parse_mapping(text) if text is not None else None,
            profile=profile,
            folder=settings.profiles_dir,
            file_name=base_name(file),
            district=district,
            crs=crs,
            shown=shown,
        )
    told = found.model_dump()
    told["columns"] = [masked(asker, "preview_columns", each) for each in told["columns"]]
    return Preview(**masked(asker, "previews", told))


def _head(found: shelf.Profile) -> dict[str, object]:
    mapping = found.mapping
    return {
        "name": found.name,
        "feed": mapping.feed,
        "title": mapping.title,
        "bureau": bureaus()[mapping.bureau].zh if mapping.bureau else None,
        "source": mapping.source,
        "verified": mapping.verified,
        "shipped": found.shipped,
    }
