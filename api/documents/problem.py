"""What is answered where a request is not carried out."""

from typing import Annotated

from pydantic import Field

from api.documents.plain import Document


class Problem(Document):
    """A problem (RFC 9457): `code` is stable and for programs, `detail` is one clear sentence for people."""

    type: Annotated[str, Field(description="A name for the code as a URN; there is nothing to be read at it.")]
    title: Annotated[str, Field(description="What the status says.")]
    status: int
    detail: str
    code: str
    fields: Annotated[dict[str, str | int | float | bool | None], Field(description="The values that the sentence speaks of.")]
