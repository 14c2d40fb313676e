"""What the tests of consensus share."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let expected outputs of transcripts be written anew."""
    parser.addoption(
        "--rewrite", action="store_true", help="write what transcripts print into them"
    )
