"""The commands around customers: declared once for menus, row menu, palette and shortcuts. What they do: `commands.py`.

The reason why a command is not possible for the current customer is a fact of the context (`REASONS`), put there by
whoever shows a customer.
"""

from __future__ import annotations

from collections.abc import Mapping

from brokerdesk.models.rows.activity import AppBlock
from brokerdesk.models.rows.customers import CustomerCard
from brokerdesk.ui.actions.spec import ActionContext, ActionSpec, Condition, on_pages

REASONS = "customer_reasons"
SCOPE = "customers"
KIND = "customer"


_IN_LIST = on_pages(SCOPE, reason_key="customers.why.list")


def _for_record(action: str) -> Condition:
    def reason(context: ActionContext) -> str:
        if not context.record:
            return "customers.why.none"
        reasons = context.facts.get(REASONS)
        return str(reasons.get(action, "")) if isinstance(reasons, Mapping) else ""

    return reason


def _invite_any(context: ActionContext) -> str:
    return "" if context.selected else _for_record("customer.invite")(context)


CUSTOMER_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        id="customer.new",
        text_key="customers.action.new",
        icon="user-plus",
        shortcut="Ctrl+N",
        menu="customer",
        keywords_key="customers.action.new-words",
    ),
    ActionSpec(id="customer.new-company", text_key="customers.action.new-company", icon="building", menu="customer"),
    ActionSpec(
        id="customer.open",
        text_key="customers.action.open",
        icon="user",
        menu="customer",
        group=1,
        when=_for_record("customer.open"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.edit",
        text_key="customers.action.edit",
        icon="pencil",
        shortcut="F2",
        scope=SCOPE,
        menu="customer",
        group=1,
        when=_for_record("customer.edit"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.overview",
        text_key="customers.action.overview",
        icon="clipboard-list",
        menu="customer",
        group=1,
        when=_for_record("customer.overview"),
        context_menus=(KIND,),
        keywords_key="customers.action.overview-words",
    ),
    ActionSpec(
        id="customer.call",
        text_key="customers.action.call",
        icon="phone",
        menu="customer",
        group=2,
        when=_for_record("customer.call"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.mail",
        text_key="customers.action.mail",
        icon="mail",
        menu="customer",
        group=2,
        when=_for_record("customer.mail"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.invite",
        text_key="customers.action.invite",
        icon="device-mobile",
        shortcut="Ctrl+I",
        menu="customer",
        group=3,
        when=_invite_any,
        context_menus=(KIND,),
        keywords_key="customers.action.invite-words",
    ),
    ActionSpec(
        id="customer.resend",
        text_key="customers.action.resend",
        icon="send",
        menu="customer",
        group=3,
        when=_for_record("customer.resend"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.stop",
        text_key="customers.action.stop",
        icon="bell-off",
        menu="customer",
        group=3,
        when=_for_record("customer.stop"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.withdraw",
        text_key="customers.action.withdraw",
        icon="arrow-back-up",
        menu="customer",
        group=3,
        when=_for_record("customer.withdraw"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.link",
        text_key="customers.action.link",
        icon="link",
        menu="customer",
        group=3,
        when=_for_record("customer.link"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customer.archive",
        text_key="customers.action.archive",
        icon="archive",
        shortcut="Del",
        scope=SCOPE,
        menu="customer",
        group=4,
        when=_for_record("customer.archive"),
        context_menus=(KIND,),
    ),
    ActionSpec(
        id="customers.filter",
        text_key="customers.action.filter",
        icon="filter",
        menu="view",
        group=5,
        when=_IN_LIST,
    ),
    ActionSpec(
        id="customers.columns",
        text_key="customers.action.columns",
        icon="columns-3",
        menu="view",
        group=5,
        when=_IN_LIST,
    ),
    ActionSpec(
        id="customers.pane",
        text_key="customers.action.pane",
        icon="layout-sidebar-right",
        menu="view",
        group=5,
        when=_IN_LIST,
        checkable=True,
    ),
)


def reasons_for(card: CustomerCard, block: AppBlock, *, online: bool) -> dict[str, str]:
    """Command → key of the reason why it is not possible for this customer; possible ones are left out."""
    found = {
        "customer.invite": block.invite.reason,
        "customer.resend": block.resend.reason,
        "customer.stop": block.stop.reason,
        "customer.withdraw": block.withdraw.reason,
        "customer.link": block.link.reason or ("" if online else "customers.why.offline"),
        "customer.call": "" if card.mobile or card.phone else "customers.why.no-phone",
        "customer.mail": "" if card.email else "app.reason.email",
        "customer.overview": "" if card.contracts_own or card.contracts_other else "customers.why.no-contracts",
        "customer.archive": "customers.why.archived" if card.archived else "",
    }
    return {action: reason for action, reason in found.items() if reason}
