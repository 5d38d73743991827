"""Strategies, one a file: generators that ask for samples and verdicts and do no I/O."""
