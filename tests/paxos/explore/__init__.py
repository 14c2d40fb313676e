"""The explorer, and small models that check it against published counts."""
