"""An engine without a model that batches continuously, behind OpenAI's protocol."""
