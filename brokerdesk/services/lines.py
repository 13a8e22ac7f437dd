"""The lines of business for pages and documents: names, groups, choices. Opens the data file once."""

from __future__ import annotations

from functools import cached_property

from brokerdesk.core.paths import resource
from brokerdesk.formats.gdv.layouts import sparte_name
from brokerdesk.models.values.lines import LineCatalogue
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.tables import parse_lines


class Lines:
    """Read access to `resources/lines.toml`."""

    @cached_property
    def catalogue(self) -> LineCatalogue:
        """The whole catalogue; read at the first question."""
        return parse_lines(resource("lines.toml").read_bytes())

    def name(self, code: str, language: Language) -> str:
        """The name of a line; an unknown code is shown raw."""
        line = self.catalogue.lines.get(code)
        return line.name(language) if line else code

    def group(self, code: str) -> str:
        """The group of a line; `other` for an unknown code."""
        line = self.catalogue.lines.get(code)
        return line.group if line else "other"

    def sparte(self, code: str) -> str:
        """The German name of a GDV Sparte of three digits, empty when it is unknown or a bundle."""
        return sparte_name(code)

    def choices(self, language: Language) -> list[tuple[str, str]]:
        """All lines as (code, name), by name."""
        return sorted(
            ((c, line.name(language)) for c, line in self.catalogue.lines.items()), key=lambda pair: pair[1].casefold()
        )
