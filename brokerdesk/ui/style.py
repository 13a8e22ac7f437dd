"""The short style sheet of Qt's own controls, generated from tokens and units; it holds no colour of its own.

There is deliberately no proxy style in Python: Qt would ask it for every metric of every control. What a sheet cannot
draw (tick boxes, combo boxes, menu items) are small subclasses in `widgets/controls.py`.
"""

from __future__ import annotations

from string import Template

from brokerdesk.core.paths import resource
from brokerdesk.ui.theme import Theme
from brokerdesk.ui.theme_tokens import Status


def style_sheet(theme: Theme) -> str:
    """The sheet of `resources/kit.qss` with tokens (`${line}`), status colours and units (`${u30}`) filled in."""
    source = Template(resource("kit.qss").read_text(encoding="utf-8"))
    values: dict[str, str] = {}
    for name in source.get_identifiers():
        if name[0] == "u" and name[1:].isdigit():
            values[name] = str(theme.u(int(name[1:])))
        elif name.startswith("status_"):
            values[name] = theme.status(Status(name.removeprefix("status_"))).text.name()
        else:
            values[name] = theme.colour(name.replace("_", "-")).name()
    return source.substitute(values)
