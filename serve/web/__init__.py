"""The web pages: plain HTML, CSS and modules, served by the service itself."""

from serve.web.headers import SecurityHeaders
from serve.web.pages import router

__all__ = ["SecurityHeaders", "router"]
