"""`python -m bursar` is the command `bursar`."""

from bursar.cli import main

if __name__ == "__main__":
    main(prog_name="bursar")
