"""The vendors of AI as sources: one object a vendor, with all its accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collectors.answers import DEADLINE_S
from collectors.errors import SourceError
from collectors.ledger.store import Store
from collectors.source import NOT_READ, CheckResult, Progress, Report
from collectors.spend import sync
from collectors.spend.vendor import Account, Vendor, accounts
from collectors.spend.vendors import load_vendors


@dataclass(frozen=True)
class SpendSource:
    """Spend at one vendor."""

    vendor: Vendor
    environment: Mapping[str, str] = field(repr=False)
    #: organisations that Copilot is read for
    organizations: Sequence[str]
    github_base_url: str
    #: hosts that may be read without TLS
    allow_http: Collection[str] = ()
    #: read the whole history again
    is_full: bool = False
    #: folder for copies of the vendor's responses
    dump: Path | None = None
    #: seconds until a response is complete
    deadline_s: float = DEADLINE_S

    @property
    def name(self) -> str:
        """Name of the vendor on the command line."""
        return self.vendor.name

    def check(self) -> Iterator[CheckResult]:
        """Yield whether each report can be read; nothing for a vendor without a secret."""
        try:
            vendor_accounts = self._accounts()
        except SourceError as error:
            yield CheckResult(False, str(error))
            return
        for account in vendor_accounts:
            for result in sync.check(account, sync.yesterday()):
                yield self._check_result(result)

    def preview(self, ledger: Store) -> Iterator[CheckResult]:
        """Yield the days and requests of the next sync of each report."""
        for account in self._accounts_or_results():
            if isinstance(account, CheckResult):
                yield account
                continue
            for text in sync.preview(account, ledger, sync.yesterday()):
                yield CheckResult(True, text)

    def collect(self, ledger: Store, report: Report) -> Iterator[CheckResult]:
        """Sync each report of each account, and yield its result."""

        def notify(text: str) -> None:
            report(Progress(repo="", done=0, total=0, note=text))

        for account in self._accounts_or_results():
            if isinstance(account, CheckResult):
                yield account
                continue
            results = sync.collect(
                account,
                ledger,
                notify=notify,
                last=sync.yesterday(),
                is_full=self.is_full,
                dump=self.dump,
                deadline_s=self.deadline_s,
            )
            for result in results:
                yield self._check_result(result)

    def _accounts(self) -> list[Account]:
        return accounts(
            self.vendor,
            self.environment,
            self.organizations,
            self.github_base_url,
            self.allow_http,
        )

    def _accounts_or_results(self) -> Iterator[Account | CheckResult]:
        try:
            vendor_accounts = self._accounts()
        except SourceError as error:
            yield CheckResult(False, str(error))
            return
        yield from vendor_accounts
        if not vendor_accounts:
            yield CheckResult(True, self.vendor.missing_secret, NOT_READ)

    def _check_result(self, result: sync.StreamResult) -> CheckResult:
        facts = {"source": self.name, "status": result.status}
        return CheckResult(result.status != "failed", result.message, facts=facts)


def spend_sources(
    names: Collection[str],
    environment: Mapping[str, str],
    copilot_orgs: Sequence[str],
    github_base_url: str,
    allow_http: Collection[str] = (),
    full: bool = False,
    dump: Path | None = None,
    deadline_s: float | None = None,
) -> list[SpendSource]:
    """Return a source for each vendor that is named, in the order of vendors' names."""
    return [
        SpendSource(
            vendor,
            environment,
            organizations=copilot_orgs,
            github_base_url=github_base_url,
            allow_http=allow_http,
            is_full=full,
            dump=dump,
            deadline_s=deadline_s or DEADLINE_S,
        )
        for name, vendor in load_vendors().items()
        if name in names
    ]
