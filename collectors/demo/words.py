"""What the demo company's work is called: places, things, and the sentences around them. Only data."""

from __future__ import annotations

#: repository → folder → the things that live there; a folder with a share opens that far into the history
AREAS: dict[str, dict[str, tuple[str, ...]]] = {
    "web": {
        "src/checkout": ("gift card field", "delivery slot picker", "order summary", "address form", "promo code box"),
        "src/catalog": ("plant filter panel", "product gallery", "stock badge", "care level tag", "bundle offer card"),
        "src/search": ("suggestion list", "recent searches", "facet counts", "empty result page", "sort menu"),
        "src/account": ("order history", "saved addresses", "password form", "newsletter settings", "data export page"),
        "src/home": ("season banner", "bestseller row", "store finder", "cookie notice", "footer links"),
        "packages/ui": ("date picker", "toast", "dialog", "button set", "colour tokens", "price label"),
        "src/garden": ("watering calendar", "plant journal", "care reminder list", "garden planner"),
        "src/returns": ("return label page", "damage photo upload", "refund status line", "return reason list"),
    },
    "api": {
        "app/orders": ("order importer", "cancellation endpoint", "order search", "invoice renderer", "split shipment"),
        "app/payments": ("payment webhook", "refund job", "card vault client", "fraud score", "payout report"),
        "app/shipping": ("carrier client", "delivery window service", "label printer queue", "tracking feed"),
        "app/catalog": ("price endpoint", "stock cache", "product feed", "image resizer", "supplier import"),
        "app/accounts": ("session store", "login throttle", "address book", "consent log", "account merge"),
        "app/notifications": ("mail queue", "push sender", "template renderer", "unsubscribe link"),
        "app/subscriptions": ("renewal job", "pause endpoint", "plan catalogue", "dunning schedule"),
        "app/gifting": ("gift message service", "recipient lookup", "gift wrap option"),
    },
    "mobile": {
        "app/home": ("home feed", "greeting card", "offer carousel", "quick actions row", "widget"),
        "app/scanner": ("plant scanner", "camera permission screen", "scan history", "match result sheet"),
        "app/cart": ("cart screen", "swipe to remove", "pay sheet", "coupon entry", "delivery estimate"),
        "app/push": ("watering reminder", "push opt-in", "quiet hours setting", "notification inbox"),
        "app/onboarding": ("welcome tour", "sign-in screen", "interest picker", "language switch"),
        "app/profile": ("profile header", "loyalty card", "order tracker", "help screen"),
        "app/offline": ("offline catalogue", "sync indicator", "retry queue"),
        "app/community": ("plant photo feed", "question thread", "report button"),
    },
    "platform": {
        "terraform/network": ("private subnets", "edge firewall", "load balancer rules", "DNS zones"),
        "terraform/databases": ("order database", "read replica", "backup plan", "connection pool"),
        "deploy/charts": ("api chart", "web chart", "worker chart", "canary rules", "pod limits"),
        "tools/ci": ("build cache", "test splitter", "release script", "image scanner", "flaky test report"),
        "observability/alerts": ("checkout alert", "queue depth alert", "latency budget", "on-call schedule"),
        "services/gateway": ("request router", "rate limiter", "token check", "header filter", "timeout policy"),
        "tools/preview": ("preview environment", "seed data loader", "preview cleanup job"),
        "services/flags": ("flag service", "flag audit view", "rollout scheduler"),
    },
    "pipeline": {
        "pipelines/orders": ("order snapshot", "late order fix-up", "order event parser", "currency table"),
        "pipelines/inventory": ("stock history", "warehouse import", "shrinkage report", "reorder signal"),
        "pipelines/forecast": ("demand forecast", "season model", "holiday calendar", "forecast backtest"),
        "models/marts": ("customer mart", "basket mart", "margin table", "channel table"),
        "models/finance": ("revenue table", "tax export", "deferred revenue model", "ledger match"),
        "quality/checks": ("freshness check", "duplicate check", "row count check", "schema check"),
        "pipelines/attribution": ("touchpoint parser", "campaign table", "channel model"),
        "pipelines/returns": ("return reasons table", "damage rate model"),
    },
    "docs": {
        "guides/operations": ("release checklist", "incident guide", "on-call handover", "backup drill"),
        "guides/onboarding": ("first week guide", "laptop setup", "access list", "glossary"),
        "reference/api": ("orders reference", "error codes", "webhook reference", "paging rules"),
        "handbook/product": ("tone of voice", "writing for the app", "research notes", "pricing rules"),
    },
}
#: folders that did not exist at first: how far into the history they open
OPENED_LATER = {
    "src/garden": 0.52, "src/returns": 0.7, "app/subscriptions": 0.56, "app/gifting": 0.8, "app/offline": 0.3,
    "app/community": 0.66, "tools/preview": 0.45, "services/flags": 0.61, "pipelines/attribution": 0.58,
    "pipelines/returns": 0.76,
}  # fmt: skip
#: how the work in each repository is spoken of
VOICES = {
    "web": "shop",
    "mobile": "shop",
    "api": "service",
    "platform": "operations",
    "pipeline": "data",
    "docs": "page",
}
#: titles by kind of work: what a voice says in its own way, and what all say alike
SPOKEN: dict[tuple[str, str], tuple[str, ...]] = {
    ("shop", "feature"): (
        "Remember the {thing} between visits", "Add keyboard support to the {thing}",
        "Add an empty state to the {thing}", "Make the {thing} work with screen readers",
        "Support French and German in the {thing}", "Add a compact {thing} for small screens",
        "Let support switch the {thing} off", "Add undo to the {thing}", "Explain delivery costs next to the {thing}",
        "Add a loading skeleton to the {thing}", "Count how often the {thing} is used",
        "Add dark colours to the {thing}", "Show the {thing} to signed-out visitors",
        "Let customers share the {thing}", "Preload the {thing} on fast connections",
    ),
    ("shop", "fix"): (
        "Fix the {thing} after a session timeout", "Stop the {thing} from flickering on first load",
        "Keep the {thing} in place when the keyboard opens", "Correct rounding in the {thing}",
        "Do not show the {thing} twice after going back", "Handle an expired session in the {thing}",
        "Fix a crash in the {thing} when nothing is in stock", "Keep input in the {thing} on slow networks",
        "Show the right currency in the {thing}", "Fix focus order in the {thing}", "Fix the {thing} on older tablets",
        "Avoid a double request from the {thing}", "Restore the {thing} after an update",
    ),
    ("shop", "experiment"): (
        "Compare two layouts of the {thing}", "Try the {thing} without the extra step",
        "Try a shorter {thing}", "Try the {thing} above the fold", "Try friendlier wording in the {thing}",
    ),
    ("service", "feature"): (
        "Add paging to the {thing}", "Accept batches in the {thing}", "Expose metrics for the {thing}",
        "Add a dry run to the {thing}", "Let the {thing} resume after an interruption",
        "Support a second currency in the {thing}", "Emit an event when the {thing} is done",
        "Cache answers of the {thing} for five minutes", "Add an audit log to the {thing}",
        "Make retries of the {thing} safe", "Let partners use the {thing}", "Add webhooks to the {thing}",
        "Add filters to the {thing}", "Serve the {thing} from the nearest region",
    ),
    ("service", "fix"): (
        "Retry the {thing} when the connection drops", "Fix a race in the {thing}", "Fix time zones in the {thing}",
        "Stop the {thing} from swallowing errors", "Release connections in the {thing}",
        "Fix duplicates from the {thing}", "Handle empty input in the {thing}", "Raise the timeout of the {thing}",
        "Stop the {thing} from starting twice", "Fix memory growth in the {thing}",
        "Answer 404 instead of 500 from the {thing}", "Escape names in the {thing}",
    ),
    ("service", "experiment"): (
        "Try the {thing} with smaller batches", "Measure the {thing} with half the traffic",
        "Prototype a simpler {thing}", "Compare two queues for the {thing}",
    ),
    ("operations", "feature"): (
        "Add a second zone to the {thing}", "Show the state of the {thing} on the status page",
        "Add cost tags to the {thing}", "Let teams change the {thing} themselves", "Add a dry run for the {thing}",
        "Scale the {thing} by load", "Manage the {thing} as code", "Add a staging copy of the {thing}",
        "Alert when the {thing} drifts", "Add history to the {thing}", "Roll changes of the {thing} out in steps",
        "Export metrics of the {thing}",
    ),
    ("operations", "fix"): (
        "Fix permissions of the {thing}", "Fix the plan of the {thing} on empty state", "Raise limits of the {thing}",
        "Stop the {thing} from restarting at night", "Fix a leak in the {thing}", "Quiet the {thing} during deploys",
        "Fix the {thing} after the region move", "Renew certificates of the {thing} in time",
        "Wait for the {thing} before the next step", "Fix the default of the {thing}",
    ),
    ("operations", "experiment"): (
        "Try a smaller {thing}", "Prototype a simpler {thing}", "Try the {thing} on spot machines",
    ),
    ("data", "feature"): (
        "Add store region to the {thing}", "Build the {thing} hourly", "Add backfills to the {thing}",
        "Break the {thing} down by channel", "Publish the {thing} to finance", "Keep history in the {thing}",
        "Load the {thing} incrementally", "Add returns to the {thing}", "Show lineage of the {thing}",
        "Add currency to the {thing}", "Serve the {thing} to the planning tool", "Add confidence to the {thing}",
    ),
    ("data", "fix"): (
        "Fix duplicates in the {thing}", "Fix time zones in the {thing}", "Handle late rows in the {thing}",
        "Fix nulls in the {thing}", "Fix the join behind the {thing}", "Stop the {thing} from loading twice",
        "Count cancelled orders once in the {thing}", "Fix week boundaries in the {thing}",
        "Read the new supplier format in the {thing}", "Fix totals of the {thing} in leap weeks",
    ),
    ("data", "experiment"): (
        "Compare two models for the {thing}", "Try weather data in the {thing}", "Prototype a simpler {thing}",
    ),
    ("page", "docs"): (
        "Rewrite the {thing}", "Shorten the {thing}", "Bring the {thing} up to date", "Add examples to the {thing}",
        "Fix links in the {thing}", "Add screenshots to the {thing}", "Say who owns the {thing}",
        "Correct the steps in the {thing}", "Split the {thing} in two",
    ),
}  # fmt: skip
TITLES: dict[str, tuple[str, ...]] = {
    "refactor": (
        "Split the {thing} into smaller parts", "Move the {thing} to the shared module",
        "Remove the old code of the {thing}", "Use clearer names in the {thing}", "Drop the flag of the {thing}",
        "Simplify the state of the {thing}", "Type the {thing} strictly", "Untangle the {thing} from its settings",
    ),
    "test": (
        "Cover the {thing} end to end", "Add regression tests for the {thing}",
        "Free the {thing} tests from the clock", "Replace sleeps in the {thing} tests",
        "Test the {thing} against recorded answers", "Add property tests for the {thing}",
    ),
    "docs": (
        "Describe the {thing}", "Update the page on the {thing}", "Document the limits of the {thing}",
        "Add a diagram of the {thing}", "Fix links around the {thing}", "Say how to test the {thing}",
        "Add examples to the {thing} page", "Correct the steps for the {thing}",
    ),
    "chore": (
        "Run checks for the {thing} only when needed", "Clean up settings of the {thing}",
        "Pin the tools behind the {thing}", "Cache builds of the {thing}", "Remove unused files of the {thing}",
        "Move secrets of the {thing} to the vault", "Update owners of the {thing}", "Lint the {thing}",
    ),
}  # fmt: skip
HOTFIXES = (
    "Hotfix for the {thing}", "Stop errors in the {thing}", "Bring the {thing} back",
    "Guard the {thing} against missing values", "Undo the faulty default of the {thing}",
)  # fmt: skip
PREFIXES = {
    "feature": "feat", "fix": "fix", "refactor": "refactor", "test": "test", "docs": "docs", "chore": "chore",
    "experiment": "experiment",
}  # fmt: skip
LABELS = {
    "feature": "feature", "fix": "bug", "refactor": "refactor", "test": "tests", "docs": "docs", "chore": "chore",
    "experiment": "experiment",
}  # fmt: skip

WHY: dict[str, tuple[str, ...]] = {
    "feature": (
        "Support asked for this three times this month; the {thing} is where people get stuck.",
        "First step towards the plan in the design note; the {thing} goes first because it is the smallest.",
        "Without this the {thing} cannot be used by the new warehouse.",
        "Agreed in the planning meeting: better now than after the season starts.",
        "The most wanted change to the {thing} in the last round of interviews.",
    ),
    "fix": (
        "We saw this in the error reports of last week, always around the {thing}.",
        "Small, but it is the most common complaint about the {thing}.",
        "Happens only when the {thing} is used twice in a row, which the tests did not do.",
        "The {thing} trusted a value that can be missing.",
        "Broken since the last upgrade; nobody noticed because the {thing} recovers by itself.",
    ),
    "other": (
        "The {thing} grew around an old assumption that no longer holds.",
        "The {thing} was the last place that still did this the old way.",
        "This makes the next change to the {thing} a one-line change.",
        "Came up in review of an earlier change; kept apart so that both stay small.",
        "New colleagues ask about the {thing} every time.",
    ),
}
WHAT = (
    "- changes the {thing} and nothing else", "- keeps the old behaviour behind a setting", "- tests both cases",
    "- removes what is no longer called", "- updates the wording", "- logs one line when it happens",
    "- no migration needed", "- screenshots are in the design file", "- measured locally: no slower than before",
    "- needs a restart of the workers", "- translations follow separately", "- also covers the empty case",
    "- tried on a copy of last night's data", "- the setting is off by default",
)  # fmt: skip
COMMITS = (
    "Handle the empty case", "Address review comments", "Add tests", "Fix lint", "Rename for clarity",
    "Simplify after review", "Cover the error path", "Update snapshot", "Merge branch 'main'", "Reword messages",
    "Remove leftover logging", "Fix typo", "Make it work without the flag",
)  # fmt: skip
ISSUES: dict[str, tuple[str, ...]] = {
    "feature": (
        "Customers ask for more from the {thing}", "The {thing} should remember its last state",
        "Support wants to see the {thing}", "Offer the {thing} to business customers", "Make the {thing} configurable",
    ),
    "bug": (
        "The {thing} is empty after signing in again", "The {thing} shows yesterday's values",
        "Wrong totals in the {thing}", "The {thing} fails on the first try", "The {thing} ignores the chosen language",
    ),
    "ux debt": (
        "The {thing} needs two clicks too many", "Labels in the {thing} are unclear",
        "Contrast of the {thing} is too low", "The {thing} loses its place when scrolling",
    ),
    "customer feedback": (
        "Feedback: the {thing} is hard to find", "Feedback: the {thing} is slow in the evening",
        "Feedback: the {thing} explains too little",
    ),
    "incident": (
        "Elevated errors from the {thing}", "The {thing} is unavailable", "Slow answers from the {thing}",
        "The {thing} fails for some customers",
    ),
}  # fmt: skip
#: how a pull request says what it closes, and what it is a part of
CLOSING = ("Closes #%d", "Fixes #%d", "Resolves #%d")
SEEN = (
    "Reported by the support team; happens about once a day.", "Seen on the latest release and the one before.",
    "A customer sent a recording, it is in the support ticket.", "Nice to have before the spring season.",
    "Not urgent, but it keeps coming back.", "Noticed while looking into something else.",
)  # fmt: skip
#: manifest, lock file and the packages that the update bots bump
DEPENDENCIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "web": ("package.json", "package-lock.json", ("react", "vite", "eslint", "zod", "date-fns", "msw", "typescript")),
    "api": ("pyproject.toml", "uv.lock", ("fastapi", "pydantic", "sqlalchemy", "httpx", "uvicorn", "pillow")),
    "mobile": ("gradle/libs.versions.toml", "gradle.lockfile", ("okhttp", "ktor", "coil", "room", "detekt", "junit")),
    "platform": ("go.mod", "go.sum", ("cobra", "zap", "prometheus-client", "grpc-go", "testify")),
    "pipeline": ("pyproject.toml", "uv.lock", ("duckdb", "pandas", "pyarrow", "dbt-core", "pytest", "requests")),
}
