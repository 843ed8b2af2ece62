"""The models beside offers: tokens, members, stores, texts, files' kinds, and errors (the contract, sections 1 and 4)."""

from __future__ import annotations

from mockserver.schemas.arrays import ArrayOf, ArrayOfObjects, ObjectOf
from mockserver.schemas.fields import Boolean, Enum, FreeObject, Instant, Integer, String
from mockserver.schemas.models import File, Model, nullable, there


class TokenAnswer(Model):
    """A new access token; times in seconds."""

    access_token = there(String)
    token_type = there(Enum, ("bearer",))
    expires_in = there(Integer)
    refresh_token = there(String)
    created_at = there(Integer)
    resource_owner_id = there(Integer)


class Application(Model):
    """The application that a token was made for."""

    uid = nullable(String)


class TokenInfo(Model):
    """What is known of a token; times in seconds."""

    resource_owner_id = there(Integer)
    scopes = there(ArrayOf, String())
    expires_in_seconds = there(Integer)
    application = there(ObjectOf, Application)
    created_at = there(Integer)


class Member(Model):
    """A member of the club."""

    id = there(Integer)
    properties = there(FreeObject)
    consents = there(FreeObject)
    sms_status = nullable(String)
    email_status = nullable(String)
    push_status = nullable(String)
    optin_channel = nullable(String)
    optin_subchannel = nullable(String)
    created_at = there(Instant)
    updated_at = there(Instant)
    person_id = nullable(Integer)


class Store(Model):
    """A shop of the mall."""

    id = there(Integer)
    parent_id = nullable(Integer)
    store_id = nullable(String)
    department_id = nullable(String)
    name = there(String)
    categories = there(ArrayOf, String())
    location = nullable(FreeObject)


class Translations(Model):
    """The texts of a club in one language."""

    member_properties = there(FreeObject)
    consents = there(FreeObject)
    tags = there(FreeObject)
    terms = there(FreeObject)


class Ratio(Model):
    """The ratio of a picture's sides."""

    width = there(Integer, min=1)
    height = there(Integer, min=1)


class ProjectedVersion(Model):
    """A size that is made of an upload; sides in pixels."""

    size_type = there(Enum, ("thumbnail", "base"))
    longer_side = Integer(min=1)
    width = Integer(min=1)
    height = Integer(min=1)
    keeps_ratio = there(Boolean)
    enlarges = there(Boolean)


class FileKind(Model):
    """A kind of file that records may have."""

    kind = there(String)
    record_type = there(Enum, ("offers", "collections"))
    ratio = there(ObjectOf, Ratio)
    accepted_extensions = there(ArrayOf, String())
    max_pixels = there(Integer)
    projected_versions = there(ArrayOfObjects, ProjectedVersion)


class FileSchema(Model):
    """The kinds of files."""

    files_kinds = there(ArrayOfObjects, FileKind)


class FileVersions(Model):
    """An uploaded file and what was made of it."""

    original = there(ObjectOf, File)
    projected_versions = there(ArrayOfObjects, File)


class Error(Model):
    """A handled error."""

    error = there(String)


class MemberIsBanned(Error):
    """The error of a banned member."""

    banned_until = there(Instant)


class InvalidParameters(Error):
    """The error of invalid parameters; ``details`` follows the structure of what was sent."""

    details = there(FreeObject)
