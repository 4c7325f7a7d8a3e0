"""What a user types: one file for each subcommand, named like it; arguments and messages only."""
