"""Policies: whatever writes steps, asked through one small contract."""

from stepsmith.transforms.policy.base import POLICIES, Policy, PolicyFactory, Reply, Request, policy

__all__ = ["POLICIES", "Policy", "PolicyFactory", "Reply", "Request", "policy"]
