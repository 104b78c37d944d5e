"""Commands for whoever looks after an installation, by what they are about."""
