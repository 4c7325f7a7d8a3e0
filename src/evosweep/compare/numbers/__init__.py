"""Statistics and tables, as data; nothing here draws or writes."""
