"""What the verifiers of code share: programs from steps, and judgements as verdicts."""
