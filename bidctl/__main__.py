"""`python -m bidctl`."""

from bidctl.cli import main

main()
