"""`python -m bidctl`."""

from bidctl.cli import main

if __name__ == "__main__":
    main()
