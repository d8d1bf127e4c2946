"""The composition roots: which parts make a site with its desk on one machine. Nothing imports this but the CLI."""
