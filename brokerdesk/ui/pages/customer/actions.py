"""The commands of the page of one customer, beside those that list and page share. What they do: `commands.py`.

`detail_reason` looks at the facts that the page puts into the context.
"""

from __future__ import annotations

from brokerdesk.ui.actions.spec import ActionSpec, every, needs_fact, on_pages

SCOPE = "customer"
EDITING = "customer_editing"
HAS_CONTRACTS = "customer_has_contracts"
_HERE = on_pages(SCOPE, reason_key="customer.why.page")
_EDITING = every(_HERE, needs_fact(EDITING, "customer.why.not-editing"))
_CONTRACTS = every(_HERE, needs_fact(HAS_CONTRACTS, "customer.why.no-contracts"))


CUSTOMER_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        id="detail.edit", text_key="customer.action.edit", icon="pencil", shortcut="F2", menu="edit", group=1, scope=SCOPE,
        when=_HERE,
    ),
    ActionSpec(
        id="detail.save", text_key="customer.action.save", icon="device-floppy", shortcut="Ctrl+S", menu="edit", group=1,
        scope=SCOPE, when=_EDITING,
    ),
    ActionSpec(
        id="detail.contract", text_key="customer.action.contract", icon="file-plus", menu="customer", group=5, when=_HERE,
        keywords_key="customer.action.contract-words",
    ),
    ActionSpec(id="detail.claim", text_key="customer.action.claim", icon="flame", menu="customer", group=5, when=_CONTRACTS),
    ActionSpec(id="detail.person", text_key="customer.action.person", icon="user-plus", menu="customer", group=5, when=_HERE),
    ActionSpec(
        id="detail.print", text_key="customer.action.print", icon="printer", shortcut="Ctrl+P", menu="customer", group=5,
        scope=SCOPE, when=_CONTRACTS, keywords_key="customer.action.print-words",
    ),
    ActionSpec(
        id="detail.next-section", text_key="customer.action.next-section", shortcut="Ctrl+Tab", menu="view", group=6,
        scope=SCOPE, when=_HERE,
    ),
    ActionSpec(
        id="detail.previous-section", text_key="customer.action.previous-section", shortcut="Ctrl+Shift+Tab", menu="view",
        group=6, scope=SCOPE, when=_HERE,
    ),
    ActionSpec(
        id="detail.next", text_key="customer.action.next", icon="chevron-down", shortcut="Ctrl+PgDown", menu="view", group=6,
        scope=SCOPE, when=_HERE,
    ),
    ActionSpec(
        id="detail.previous", text_key="customer.action.previous", icon="chevron-up", shortcut="Ctrl+PgUp", menu="view",
        group=6, scope=SCOPE, when=_HERE,
    ),
)  # fmt: skip
