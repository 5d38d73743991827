"""Whether a set of verification examples depends on its evidence: controls that lack a part of it.

A verifier should need all three of case, evidence and claim. Predictors that see less are trained
beside one that sees all, on held-out groups; where one of them does well, the labels leak.
"""
