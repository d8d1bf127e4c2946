"""`python -m veedor.cli`: the command without its installed script."""

from veedor.cli import main

if __name__ == "__main__":
    main()
