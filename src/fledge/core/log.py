"""The library's one logger; nothing else is printed."""

import logging

log = logging.getLogger("fledge")
