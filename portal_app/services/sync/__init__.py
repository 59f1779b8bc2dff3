"""Taking in what the agency's system exports: runs, rows, the ledger, and the projection that is searched."""
