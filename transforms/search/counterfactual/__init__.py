"""Edited chains of facts as text and as rows."""
