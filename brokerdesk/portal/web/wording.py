"""The words of a page: language, Du or Sie, greeting, long dates. Texts themselves are in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from brokerdesk.core.texts import LANGUAGES, Texts
from brokerdesk.models.values.names import AddressForm, PartyKind, PartyName, Salutation
from brokerdesk.portal.domain.office import DEFAULT_PRODUCTS


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts of one language in one form of address; a key has a familiar twin `…_du` where the words differ."""

    language: str
    form: str = AddressForm.SIE
    _texts: Texts = field(init=False)

    def __post_init__(self) -> None:
        """Open the catalogue."""
        object.__setattr__(self, "_texts", Texts(self.language))

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` in this form of address."""
        if self.form == AddressForm.DU and self._texts.has(f"{key}_du"):
            key = f"{key}_du"
        return self._texts(key, **values)

    def has(self, key: str) -> bool:
        """Whether there is a text for `key`; codes of newer desks have none."""
        return self._texts.has(key)

    def long_date(self, day: date) -> str:
        """`7. Dezember 2026`."""
        month = self._texts("web.months").split("|")[day.month - 1]
        return self._texts("web.date", day=day.day, month=month, year=day.year)

    def greeting(self, name: PartyName) -> str:
        """The page's heading by recorded salutation; never guessed from the given name."""
        if self.form == AddressForm.DU and name.first_name:
            return self._texts("web.greet.first", name=name.first_name)
        surname = " ".join(p for p in (name.title, name.name_prefix, name.last_name, name.name_suffix) if p)
        known = {Salutation.MRS: "mrs", Salutation.MR: "mr"}.get(name.salutation) if name.salutation else None
        if name.kind is PartyKind.PERSON and known and name.last_name:
            if self.language == "nl" and not name.title:
                surname = surname[:1].upper() + surname[1:]
            return self._texts(f"web.greet.{known}", surname=surname)
        return self._texts("web.greet.full", name=name.full)

    def product_line(self, product: str) -> str:
        """`Ihre Kunden-App`; an office's own product name stands alone."""
        for kind, index in (("app", 0), ("portal", 1)):
            if any(product == names[index] for names in DEFAULT_PRODUCTS.values()):
                return self(f"web.brand.{kind}", product=product)
        return product


def accepted_language(header: str, fallback: str) -> str:
    """The first language of `Accept-Language` that we speak, by its order, else the fallback."""
    for part in header.split(",")[:10]:
        code = part.partition(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return fallback if fallback in LANGUAGES else "de"
