"""`python -m stepsmith.pipelines` is `stepsmith`."""

import sys

from stepsmith.pipelines.cli import main

sys.exit(main())
