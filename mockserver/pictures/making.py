"""Makes picture files from their specifications."""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct

from mockserver.domain.files import FileName, Size, size_of
from mockserver.domain.model import Picture


class PictureSpec(Struct, frozen=True):
    """Everything that decides the bytes of one file: the name on a drawn picture, or an upload with its crop and size."""

    name: FileName
    picture: Picture
    title: str

    @property
    def size(self) -> Size:
        """The width and height that the API states."""
        return size_of(self.picture, self.name.size_type)

    @property
    def key(self) -> str:
        """Return a digest of 16 hexadecimal digits, equal only for files with equal bytes."""
        picture = self.picture
        # Python caches the hash of bytes, so that even a big upload is hashed only once
        source = (str(self.name), self.title) if picture.content is None else (hash(picture.content), picture.crop_to)
        facts = repr((source, self.name.size_type, self.size, picture.extension))
        return blake2b(facts.encode(errors="surrogatepass"), digest_size=8).hexdigest()

    def make(self) -> bytes:
        """Return the file. It takes milliseconds for a drawing, up to a second for a big upload."""
        content = self.picture.content
        if content is None:
            return self._drawn()
        try:
            return self._uploaded(content)
        except Exception:  # Pillow raises various errors on invalid bytes from a fixture or a state
            return self._drawn()

    # importing Pillow takes a tenth of a second and some megabytes

    def _drawn(self) -> bytes:
        from mockserver.pictures import encoding, poster

        width, height = self.size
        small_print = f"{self.name.owner} {self.name.record_id} · {width} x {height}"
        drawn = poster.draw(self.title, small_print, self.name.record_id, self.size)
        return encoding.encoded(drawn, self.picture.extension)

    def _uploaded(self, content: bytes) -> bytes:
        from mockserver.pictures import uploads

        extension = self.picture.extension
        if self.name.size_type == "original":
            return uploads.original(content, extension)
        return uploads.projected(content, extension, self.picture.crop_to, self.size)
