"""Pure drawing helpers, from view to Rich."""
