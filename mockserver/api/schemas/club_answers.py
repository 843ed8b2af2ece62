"""Answers beside whole offers: tokens, texts, kinds of files, and errors."""

from __future__ import annotations

from mockserver.api.schemas.answers import Answer, nullable, there
from mockserver.values.choices import DISPLAY_TYPES
from mockserver.values.kinds import Boolean, Choice, InstantKind, Integer, Link, Mapping, Text
from mockserver.values.lists import ListOf, MapOf, Model

_text, _texts, _flag, _number, _size, _mapping = Text(), ListOf(Text()), Boolean(), Integer(), Integer(1), Mapping()
_IMAGE, _SIZES = Choice(("IMAGE",)), Choice(("base", "thumbnail", "original"))
_SINCE, _MEMBER = "Seconds since the epoch", "Id of the member"


class TokenAnswer(Answer):
    """A new access token; times in seconds."""

    access_token = there(_text)
    token_type = there(Choice(("bearer",)))
    expires_in = there(_number, "Seconds")
    refresh_token = there(_text)
    created_at = there(_number, _SINCE)
    resource_owner_id = there(_number, _MEMBER)


class Application(Answer):
    """The application that a token was made for."""

    uid = nullable(_text)


class TokenInfo(Answer):
    """What is known of a token; times in seconds."""

    resource_owner_id = there(_number, _MEMBER)
    scopes = there(_texts)
    expires_in_seconds = there(_number)
    application = there(Model("Application"))
    created_at = there(_number, _SINCE)


class Consent(Answer):
    """What a member has consented to, or refused, and when."""

    status = there(_flag)
    updated_at = nullable(InstantKind())


class Translations(Answer):
    """The texts of a club in one language."""

    member_properties = there(MapOf(_text))
    consents = there(MapOf(_text), "By slug, and by slug.title, slug.read_more and such")
    tags = there(MapOf(_text))
    terms = nullable(_text, "The terms of the club, as HTML")


class DisplayField(Answer):
    """What stands in one place: an attribute of the offer, a text of its own, or nothing."""

    type = there(Choice(DISPLAY_TYPES))
    value = nullable(_text, "The attribute's name, or the text")


class DisplaySchema(Answer):
    """What an app shows of an offer in one of its views."""

    header = there(Model("DisplayField"))
    body = there(Model("DisplayField"))
    caption = there(Model("DisplayField"))


class DisplaySchemas(Answer):
    """What apps show of an offer."""

    list = there(Model("DisplaySchema"))
    details = there(Model("DisplaySchema"))


class FileSize(Answer):
    """A size of a kind of file; sides in pixels."""

    identifier = there(_SIZES)
    min_width = there(_size)
    min_height = there(_size)
    max_width = nullable(_size)
    max_height = nullable(_size)


class FileKind(Answer):
    """A kind of file that records may have."""

    identifier = there(_text)
    type = there(_IMAGE)
    ratio = nullable(_text, "Width to height, such as 3:4")
    sizes = there(Model("FileSize", many=True))


class FileSchema(Answer):
    """The kinds of files."""

    files_kinds = there(Model("FileKind", many=True))


class OriginalFile(Answer):
    """A file as it was uploaded; sides in pixels."""

    size_type = there(_SIZES)
    url = there(Link(), "Points at this server")
    file_type = there(_IMAGE)
    width = there(_size)
    height = there(_size)
    kind = there(_text)


class ProjectedVersion(Answer):
    """A version in another size; sides in pixels."""

    size_type = there(_SIZES)
    url = there(Link(), "Points at this server")
    min_width = there(_size)
    min_height = there(_size)
    max_width = there(_size)
    max_height = there(_size)


class FileVersions(Answer):
    """An uploaded file and what was made of it: base, then thumbnail."""

    original = there(Model("OriginalFile"))
    projected_versions = there(Model("ProjectedVersion", many=True))


class Error(Answer):
    """A handled error."""

    error = there(_text)


class MemberIsBanned(Error):
    """The error of a banned member."""

    banned_until = there(InstantKind())


class InvalidParameters(Error):
    """The error of invalid parameters; ``details`` follows the structure of what was sent."""

    details = there(_mapping)
