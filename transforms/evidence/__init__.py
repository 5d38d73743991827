"""Verification data: whether this evidence supports this claim about this case.

A table of facts (case, finding, state) becomes groups of examples whose labels are known by
construction: pools of evidence (`plain`), and a block in which the evidence decides a claim only
together with the case (`conditional`).
"""
