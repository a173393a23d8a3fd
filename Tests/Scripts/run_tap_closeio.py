"""tap-closeio with its base URL taken from the environment; everything else is the package from PyPI."""
import os

import tap_closeio
import tap_closeio.http

tap_closeio.http.BASE_URL = os.environ["CLOSE_BASE_URL"]
tap_closeio.main()
