"""Places of terms in a taxonomy, labelled a second time by other means than the library's."""
