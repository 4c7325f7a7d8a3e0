"""The functions that `use:` names: tables, sources, signatures, loading; none of them itself."""
