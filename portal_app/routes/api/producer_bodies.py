"""What is sent and answered about producers and their codes."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.routes.api import parameters, shapes
from portal_app.services.producers.change import CodeChanges, DataChanges, ProducerChanges
from portal_app.services.producers.views import Node

TypeName = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$", examples=["Agency"])]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$", examples=["Harbor Lane Insurance"])]
Npn = Annotated[str, Field(max_length=10, pattern=r"^[0-9]*$", examples=["1234567"])]
Code = Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$", examples=["9217262"])]
FieldName = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
Data = Annotated[dict[FieldName, Any], Field(max_length=500)]
Names = Annotated[list[FieldName], Field(max_length=500)]
Version = Annotated[int, Field(ge=1, le=2**31 - 2)]
Locator = Annotated[str, Field(pattern=f"^{parameters.LOCATOR}$")]


class Sent(BaseModel):
    """The base of bodies. A field that it does not know is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class NewProducer(Sent):
    """A draft to be. `data` are the extension fields of its type; `parentLocator` is who stands above."""

    type: TypeName
    name: Name = ""
    kind: Annotated[ProducerKind, Field(strict=False)] = ProducerKind.INDIVIDUAL
    npn: Npn = ""
    parent_locator: Locator | None = None
    data: Data = {}

    def given(self) -> dict[str, Any]:
        return self.model_dump() | {"parent_locator": self.parent_locator or ""}


class Particulars(Sent):
    """What is not named stays; `parentLocator` null takes the parent away. `version` is the one that was looked at:
    where somebody changed the producer since, nothing is done."""

    name: Name | None = None
    kind: Annotated[ProducerKind, Field(strict=False)] | None = None
    npn: Npn | None = None
    parent_locator: Locator | None = None
    version: Version | None = None

    def changes(self, data: DataChanges) -> ProducerChanges:
        moved = (self.parent_locator or "") if "parent_locator" in self.model_fields_set else None
        return ProducerChanges(data, self.name, self.kind, self.npn, moved)


class ChangedProducer(Particulars):
    """`setData` sets fields, `removeData` names those that go: in a list, or as the names of an object."""

    set_data: Data = {}
    remove_data: Names | Data = []

    def asked(self) -> ProducerChanges:
        return self.changes(DataChanges(self.set_data, frozenset(self.remove_data)))


class ReplacedProducer(Particulars):
    """`data` takes the place of all that was there."""

    data: Data

    def asked(self) -> ProducerChanges:
        return self.changes(DataChanges(whole=self.data))


class NewCode(Sent):
    """A draft to be. Without `code` the next of the type's numbering plan is given."""

    type: TypeName
    code: Code | None = None
    data: Data = {}


class NewCodeOf(NewCode):
    producer_locator: Locator


class CodeParticulars(Sent):
    """`producerLocator` gives the code to another producer; `code` can only be given to a draft that has none."""

    producer_locator: Locator | None = None
    code: Code | None = None
    version: Version | None = None

    def changes(self, data: DataChanges) -> CodeChanges:
        return CodeChanges(data, self.producer_locator, self.code)


class ChangedCode(CodeParticulars):
    """`setData` sets fields, `removeData` names those that go: in a list, or as the names of an object."""

    set_data: Data = {}
    remove_data: Names | Data = []

    def asked(self) -> CodeChanges:
        return self.changes(DataChanges(self.set_data, frozenset(self.remove_data)))


class ReplacedCode(CodeParticulars):
    """`data` takes the place of all that was there."""

    data: Data

    def asked(self) -> CodeChanges:
        return self.changes(DataChanges(whole=self.data))


class GivenNumber(Sent):
    """The code that a draft is to have from now on."""

    code: Code


class ValidationItem(shapes.Shape):
    """What speaks against one entity."""

    element_type: str
    locator: str
    errors: list[str]


class ValidationResult(shapes.Shape):
    """What came of the last validation."""

    success: bool
    validation_items: list[ValidationItem]


class Producer(shapes.Shape):
    """`parentLocator` is null at the top, and where the parent is not yours to see; `validationResult` is null before
    the first validation."""

    locator: str
    type: str
    producer_state: ProducerState
    kind: ProducerKind
    name: str
    npn: str
    parent_locator: str | None
    data: dict[str, Any]
    validation_result: ValidationResult | None
    version: int
    created_at: datetime
    created_by: str


class Producers(shapes.Listed[Producer]):
    pass


class ProducerTree(Producer):
    """A producer with everybody below."""

    child_producers: list["ProducerTree"]

    @classmethod
    def of(cls, answer: Node) -> Self:
        return cls.model_validate(answer, from_attributes=True)


class ProducerCode(shapes.Shape):
    """`code` is null for a draft that waits for its number."""

    locator: str
    type: str
    producer_code_state: ProducerState
    code: str | None
    producer_locator: str
    producer_name: str
    data: dict[str, Any]
    validation_result: ValidationResult | None
    version: int
    created_at: datetime
    created_by: str


class ProducerCodes(shapes.Listed[ProducerCode]):
    pass


class Impact(shapes.Shape):
    """What hangs on it, with everybody below: policies, open submissions (drafts among them) and open quotes that carry
    a code, codes, sub-producers, people of the portal who can sign in, and licenses and appointments."""

    policies: int
    submissions: int
    quotes: int
    producer_codes: int
    child_producers: int
    people: int
    licenses: int
    appointments: int
