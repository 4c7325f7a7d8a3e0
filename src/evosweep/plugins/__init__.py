"""What `use:` names: tables, sources, signatures, loading; no problem or algorithm itself."""
