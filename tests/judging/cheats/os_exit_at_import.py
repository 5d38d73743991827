"""Leaves with success, without any handler, before anybody asks."""

import os

os._exit(0)
