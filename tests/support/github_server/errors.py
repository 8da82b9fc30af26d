"""Errors as GitHub words them."""

from __future__ import annotations

DOCS = "https://docs.github.com"
LIMIT_DOCS = f"{DOCS}/rest/using-the-rest-api/rate-limits-for-the-rest-api"
SECONDARY_MESSAGE = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID {request_id}."
)
WENT_WRONG = (
    "Something went wrong while executing your query. "
    "This may be the result of a timeout, or it could be a GitHub bug. "
    "Please include `{request_id}` when reporting this issue."
)


class GraphQLApiError(Exception):
    """An error of one GraphQL field, with GitHub's ``type`` member."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class HttpError(Exception):
    """A REST (or whole-request) error answer."""

    def __init__(
        self, status: int, message: str, docs: str = "/rest", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        link = docs if docs.startswith("http") else DOCS + docs
        self.body = {"message": message, "documentation_url": link, "status": str(status)}


def missing_item() -> HttpError:
    """Return the response for items that do not exist or are hidden."""
    return HttpError(404, "Not Found")


def deleted() -> HttpError:
    """The answer for an issue that was deleted."""
    return HttpError(410, "This issue was deleted", "/rest/issues/issues#get-an-issue")


def moved(location: str) -> HttpError:
    """The answer for a repository asked for by a former name, or an issue that was transferred."""
    error = HttpError(
        301,
        "Moved Permanently",
        "/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    )
    error.headers = {"location": location}
    error.body = {
        "message": "Moved Permanently",
        "url": location,
        "documentation_url": error.body["documentation_url"],
    }
    return error
