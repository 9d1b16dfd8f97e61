"""How models write boxes: formats as data, and the readers of their markup."""
