"""The raw facts of a delivered contract from which its line of business is decided (product/lines.md section 3).

The GDV reader fills them, `models/rules/lines.py` decides. Nothing is interpreted here: values are the trimmed characters
of the file, amounts are the raw digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Fact = Mapping[str, str | int | None]
"""One delivered record: `b<first byte>` → trimmed raw text (`""` when blank), and these five keys in every fact:

- `sparte`  the record's own Sparte, bytes 11–13 (`"051"` below a 0200 of `"050"`)
- `td`      number of the Teildatensatz as text (`"1"`; life: the number at byte 256, Wagnisart is `b60`)
- `ref`     seven-character Referenznummer of that record, or `""` (tells two equal lines of a bundle apart)
- `until`   exclusion date of the part as ISO text when the record has a full one, else `None`
- `record`  number of the physical record in the file (int)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What a delivered contract says about its line.

    `sparte` is 0200 bytes 11–13 as delivered (three characters; blank or letters are possible), `bundled` byte 10 = 1.
    `details` are the Sparten of all 0210/0220 (0211/0221, 0230 likewise) in the order in which they came.
    `product_texts` are the product names (0200 TD2 114, 0210 Produktname), tariff names of life, and for layouts 000 the
    name of the line and the risk descriptions; blank ones are left out.
    `facts` maps `SATZART.SPARTE.TD`, e.g. `"0210.010.2"`, `"0220.040.2"`, `"0220.030.4"` (Sparte = the record's own) to
    all such records; `facts["0210.010.2"][0]["b117"]`. Health 0220.020 uses byte 48 as TD: `"0220.020.2"`.
    Which bytes are delivered: `resources/gdv/mapping.toml`, key `facts` (all that lines.md 3.2, 3.3 and 3.5 name).
    """

    sparte: str
    bundled: bool = False
    details: tuple[str, ...] = ()
    customer_is_organisation: bool = False
    product_texts: tuple[str, ...] = ()
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)

    def of(self, satzart: str, sparte: str, td: str | int = 1) -> tuple[Fact, ...]:
        """All facts of one kind of record, e.g. `of("0220", "040", 2)`; empty when none was delivered."""
        return self.facts.get(f"{satzart}.{sparte}.{td}", ())
