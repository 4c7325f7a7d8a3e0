"""Find and check the functions that `use:` names: tables, sources, signatures, loading."""
