"""The schemas of responses without offers: tokens, texts, kinds of files, and errors."""

from __future__ import annotations

from mockserver.api.schemas.answers import Answer, nullable, required
from mockserver.values.choices import DISPLAY_TYPES
from mockserver.values.kinds import Boolean, Choice, InstantKind, Integer, Link, Mapping, Text
from mockserver.values.lists import ListOf, MapOf, Model

_text, _texts, _flag, _number, _size, _mapping = Text(), ListOf(Text()), Boolean(), Integer(), Integer(1), Mapping()
_IMAGE, _SIZES = Choice(("IMAGE",)), Choice(("base", "thumbnail", "original"))
_SINCE, _MEMBER = "Seconds since the epoch", "Id of the member"


class TokenAnswer(Answer):
    """A new access token; times in seconds."""

    access_token = required(_text)
    token_type = required(Choice(("bearer",)))
    expires_in = required(_number, "Seconds")
    refresh_token = required(_text)
    created_at = required(_number, _SINCE)
    resource_owner_id = required(_number, _MEMBER)


class Application(Answer):
    """The application that a token was made for."""

    uid = nullable(_text)


class TokenInfo(Answer):
    """Information on a token; times in seconds."""

    resource_owner_id = required(_number, _MEMBER)
    scopes = required(_texts)
    expires_in_seconds = required(_number)
    application = required(Model("Application"))
    created_at = required(_number, _SINCE)


class Consent(Answer):
    """A member's consent or refusal, and its time."""

    status = required(_flag)
    updated_at = nullable(InstantKind())


class Translations(Answer):
    """The texts of a club in one language."""

    member_properties = required(MapOf(_text))
    consents = required(MapOf(_text), "By slug, and by slug.title, slug.read_more and such")
    tags = required(MapOf(_text))
    terms = nullable(_text, "The terms of the club, as HTML")


class DisplayField(Answer):
    """The content of one place: an attribute of the offer, a fixed text, or nothing."""

    type = required(Choice(DISPLAY_TYPES))
    value = nullable(_text, "The attribute's name, or the text")


class DisplaySchema(Answer):
    """What an app shows of an offer in one of its views."""

    header = required(Model("DisplayField"))
    body = required(Model("DisplayField"))
    caption = required(Model("DisplayField"))


class DisplaySchemas(Answer):
    """What apps show of an offer."""

    list = required(Model("DisplaySchema"))
    details = required(Model("DisplaySchema"))


class FileSize(Answer):
    """A size of a kind of file; sides in pixels."""

    identifier = required(_SIZES)
    min_width = required(_size)
    min_height = required(_size)
    max_width = nullable(_size)
    max_height = nullable(_size)


class FileKind(Answer):
    """A kind of file that records may have."""

    identifier = required(_text)
    type = required(_IMAGE)
    ratio = nullable(_text, "Width to height, such as 3:4")
    sizes = required(Model("FileSize", many=True))


class FileSchema(Answer):
    """The kinds of files."""

    files_kinds = required(Model("FileKind", many=True))


class OriginalFile(Answer):
    """A file as it was uploaded; sides in pixels."""

    size_type = required(_SIZES)
    url = required(Link(), "Points at this server")
    file_type = required(_IMAGE)
    width = required(_size)
    height = required(_size)
    kind = required(_text)


class ProjectedVersion(Answer):
    """A version in another size; sides in pixels."""

    size_type = required(_SIZES)
    url = required(Link(), "Points at this server")
    min_width = required(_size)
    min_height = required(_size)
    max_width = required(_size)
    max_height = required(_size)


class FileVersions(Answer):
    """An uploaded file and its projected versions: base, then thumbnail."""

    original = required(Model("OriginalFile"))
    projected_versions = required(Model("ProjectedVersion", many=True))


class Error(Answer):
    """A handled error."""

    error = required(_text)


class MemberIsBanned(Error):
    """The error of a banned member."""

    banned_until = required(InstantKind())


class InvalidParameters(Error):
    """The error of invalid parameters; ``details`` follows the structure of what was sent."""

    details = required(_mapping)
