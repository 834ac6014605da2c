"""What is sent to us as JSON, read through one model per body.

The model gives what is allowed, the defaults and the component in /api/schema/ (json_bodies.py). The sentence of a fault is
ours: a field's type carries it (`Says`, `OneOf`); for a plain type it is made here, where pydantic's own would stand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from webapp.body_values import is_storable, shown
from webapp.refused import Refused

LONGEST_CUT = 40
PLACE = "{place}"
OURS = "ours"  # in the context of an error: its message is already the sentence to show
KINDS = {
    "string": "a text", "int": "a whole number", "float": "a number", "finite": "a number", "bool": "true or false",
    "list": "a list", "dict": "an object", "model": "an object", "mapping": "an object", "uuid": "an id",
}  # fmt: skip


class SentBody(BaseModel):
    """Base of the bodies. A field that the model does not have is refused; kinds of values are not converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
    refused: ClassVar[type[Refused]] = Refused
    """what `read_sent` raises"""

    @model_validator(mode="before")
    @classmethod
    def _with_absent(cls, data: Any) -> Any:
        """A required field that was left out takes what it stands for: its type then says what is missing, in its own words."""
        if not isinstance(data, dict):
            return data
        absent = {
            name: next((part.absent for part in field.metadata if isinstance(part, Says | OneOf)), None)
            for name, field in cls.model_fields.items()
            if field.is_required() and name not in data
        }
        return {**absent, **data}


@dataclass(frozen=True)
class Says:
    """The last part of a field's `Annotated` type: what is said of a value that the parts before it refuse.

    text: a format of `name` (of the field), `place` (its path), `value`, `cut` (its text, 40 characters, in quotes) and `shown`.
    absent: the value that is spoken of where a required field is left out.
    """

    text: str
    code: str = "not_allowed"
    absent: Any = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_wrap_validator_function(self._checked, handler(source))

    def _checked(self, value: Any, inner: Any, info: ValidationInfo) -> Any:
        try:
            return inner(value)
        except ValidationError as error:
            if any(_is_ours(one) or any(isinstance(part, str) for part in one["loc"]) for one in error.errors()):
                raise  # a field inside the value is named, which says more
            raise spoken(self.code, self.text, value, info) from None


@dataclass(frozen=True)
class OneOf:
    """For `Annotated[str, OneOf(KINDS)]`: a code of a table. The schema names the codes."""

    codes: Iterable[Any]
    absent: Any = None
    or_empty: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [*([""] if self.or_empty else []), *map(str, self.codes)]}

    def _checked(self, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str) and (value in list(self.codes) or (self.or_empty and not value)):
            return value
        raise spoken("not_allowed", f"{{name}} {{shown}} is not one of {', '.join(map(str, self.codes))}", value, info)


def said(code: str, sentence: str) -> PydanticCustomError:
    """The error of a validator that has its sentence."""
    return PydanticCustomError(code, "{text}", {"text": sentence, OURS: True})  # type: ignore[arg-type]


def spoken(code: str, text: str, value: Any, info: ValidationInfo) -> PydanticCustomError:
    """The error of a validator of ours; text as in `Says`."""
    name = info.field_name or (info.context or {}).get("name", "")
    cut = repr(str(value)[:LONGEST_CUT])
    # The path is known to `_refusal` alone; a sentence that names it begins with it.
    sentence = text.format(name=name, place=PLACE, value=value, cut=cut, shown=shown(value))
    return said(code, sentence)


def storable(text: str) -> str:
    """For `AfterValidator`: a text that the database can hold."""
    if not is_storable(text):
        raise ValueError("NUL or half of a surrogate pair")
    return text


Body = TypeVar("Body", bound=SentBody)
_ADAPTERS: dict[int, tuple[Any, TypeAdapter[Any]]] = {}  # with the type itself, so that its id stays its own


def read_sent(model: type[Body], data: object, *, within: str = "", context: Any = None) -> Body:
    """The body as an object of its model. within: where it stands in what was sent, as `filter`. context: for validators.

    Raises the model's `refused` (400) for the first fault: unknown fields first, then in the order of the model.
    """
    if not isinstance(data, dict):
        raise model.refused("not_an_object", "the body is not a JSON object", within, 400)
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        raise _refusal(model, error, within, model.refused) from None


def read_value(kind: Any, value: object, name: str, refused: type[Refused]) -> Any:
    """One value by the type that a body has for it, for callers that have no body. Raises `refused` (400) naming `name`."""
    if id(kind) not in _ADAPTERS:
        _ADAPTERS[id(kind)] = kind, TypeAdapter(kind, config=ConfigDict(strict=True))
    try:
        return _ADAPTERS[id(kind)][1].validate_python(value, context={"name": name})
    except ValidationError as error:
        raise _refusal(None, error, name, refused) from None


def _refusal(model: type[SentBody] | None, error: ValidationError, within: str, refused: type[Refused]) -> Refused:
    faults = error.errors(include_url=False)
    fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    field = within
    for part in fault["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f"{'.' if field else ''}{str(part)[:LONGEST_CUT]}"
    name = field.rpartition(".")[2]
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_fields(model, fault["loc"][:-1])) or "nothing: the body is empty"
        return refused("unknown_field", f"{str(fault['loc'][-1])[:LONGEST_CUT]!r} is not one of {known}", field, 400)
    if _is_ours(fault):
        text = fault["msg"]
        return refused(fault["type"], field + text[len(PLACE) :] if text.startswith(PLACE) else text, field, 400)
    words = KINDS.get(fault["type"].partition("_")[0], "what is allowed here")
    return refused("not_allowed", f"{name} {shown(fault['input'])} is not {words}", field, 400)


def _fields(model: Any, path: tuple[int | str, ...]) -> list[str]:
    """Names of the fields of the object at `path` below a model."""
    for part in path:
        kind = model.model_fields[part].annotation if isinstance(part, str) else model
        model = next(one for one in _kinds_in(kind) if isinstance(one, type) and issubclass(one, BaseModel))
    return list(model.model_fields)


def _kinds_in(kind: Any) -> Iterable[Any]:
    yield kind
    for inner in getattr(kind, "__args__", ()):
        yield from _kinds_in(inner)


def _is_ours(fault: ErrorDetails) -> bool:
    return bool(fault.get("ctx", {}).get(OURS))
