"""Forms that people fill in, with errors that say per field what to do."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from web.shop.visiting import clean

COUNTRIES = {
    "AT": "Austria", "AU": "Australia", "BE": "Belgium", "CA": "Canada", "CH": "Switzerland", "DE": "Germany",
    "DK": "Denmark", "ES": "Spain", "FR": "France", "GB": "United Kingdom", "IE": "Ireland", "IT": "Italy",
    "NL": "Netherlands", "NO": "Norway", "PL": "Poland", "PT": "Portugal", "SE": "Sweden", "US": "United States",
}  # fmt: skip
ADVICE = {
    "name": "Please give the name of the person who receives the parcel.",
    "street": "Please give a street and a house number.",
    "city": "Please give a town or city.",
    "postcode": "Please give a postcode: 3 to 10 letters and digits.",
    "country": "Please choose one of the countries that we deliver to.",
    "phone": "Please give a phone number with digits only, such as +1 555 0100, or leave it empty.",
}
Line = Annotated[str, AfterValidator(clean)]


class Address(BaseModel):
    """Where an order goes."""

    name: Annotated[Line, Field(min_length=2, max_length=100)]
    street: Annotated[Line, Field(min_length=4, max_length=120)]
    city: Annotated[Line, Field(min_length=2, max_length=80)]
    postcode: Annotated[Line, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{1,8}[A-Za-z0-9]$")]
    country: Annotated[str, Field(pattern="^(" + "|".join(COUNTRIES) + ")$")]
    phone: Annotated[Line, Field(pattern=r"^(\+?[0-9 ()/-]{6,20})?$")] = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> tuple[Self | None, dict[str, str]]:
        """The address, or None and per field what is wrong with it."""
        try:
            return cls.model_validate({key: given.get(key, "").strip() for key in cls.model_fields}), {}
        except ValidationError as error:
            return None, {str(one["loc"][0]): ADVICE[str(one["loc"][0])] for one in error.errors()}
