"""Who may see and do what: keys, scopes, one table of routes and properties."""
