"""Commands are declared once; menus, context menus, palette and shortcut page are drawn from the declaration."""
