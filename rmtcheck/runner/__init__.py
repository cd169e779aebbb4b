"""From proofs files to a ledger."""
