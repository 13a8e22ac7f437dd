"""Use cases; the only thing ui, cli and sync call. No SQL, no Qt, no HTTP."""
