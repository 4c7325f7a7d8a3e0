"""The subcommands, one file each, named like the subcommand: only arguments and messages."""
