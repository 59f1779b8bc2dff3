from tests.integrations import mapping_document


def test_the_published_mappings_are_those_of_the_code() -> None:
    text = mapping_document.PLACE.read_text(encoding="utf-8")
    assert text == mapping_document.with_mappings(text), "run: python -m tests.integrations.mapping_document"
