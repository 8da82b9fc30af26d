"""What is written in the demo company's trackers: by customers, about debt, trials and capabilities. Only data."""

from __future__ import annotations

#: accounts of customers: every first word with every second, as far as they are needed
FIRST_WORDS = (
    "fern",
    "moss",
    "pebble",
    "thistle",
    "bramble",
    "heron",
    "acorn",
    "willow",
    "sparrow",
    "meadow",
    "ivy",
)
SECOND_WORDS = (
    "holder",
    "corner",
    "parlour",
    "and-sons",
    "balcony",
    "rooftop",
    "shed",
    "window",
    "42",
    "allotment",
)
#: who reports from outside, by the label that it gets
REPORTS: dict[str, tuple[str, ...]] = {
    "bug": (
        "The {thing} does not load on my phone",
        "Cannot finish my order because of the {thing}",
        "The {thing} shows the wrong price",
        "The {thing} forgets what I typed",
        "Error 500 when I use the {thing}",
        "The {thing} is in English although I chose German",
        "Nothing happens when I tap the {thing}",
    ),
    "customer feedback": (
        "The {thing} is confusing since the last update",
        "Please bring the old {thing} back",
        "I like the {thing}, but it is slow",
        "The {thing} should say what it costs",
        "The {thing} is hard to read",
    ),
    "feature request": (
        "Could the {thing} support several addresses?",
        "Please add an export to the {thing}",
        "Let me switch off the {thing}",
        "A dark {thing} would be nice",
        "The {thing} for business accounts?",
    ),
}
QUESTIONS: dict[str, tuple[str, ...]] = {
    "Q&A": (
        "How do I change my order with the {thing}?",
        "Is there a limit in the {thing}?",
        "Why does the {thing} ask me to sign in again?",
        "Where did the {thing} go?",
        "Can I use the {thing} from a script?",
        "Does the {thing} work offline?",
        "How is the {thing} kept private?",
    ),
    "Ideas": (
        "Idea: the {thing} by season",
        "Idea: share the {thing} with neighbours",
        "Idea: a weekly mail from the {thing}",
        "Idea: sort the {thing} by how much light there is",
        "Idea: the {thing} on the watch",
    ),
    "General": (
        "Thank you for the {thing}",
        "What we do with the {thing} at our nursery",
        "The {thing} in our school",
    ),
}
TOLD = (
    "I use the newest version.",
    "It worked last month.",
    "Happens on two of our devices.",
    "",
    "Steps: open it, wait, look.",
    "We are a small nursery and do this every morning.",
    "Please tell me if you need more.",
)
DEBT = (
    "The {thing} needs two clicks too many",
    "Labels in the {thing} are unclear",
    "Contrast of the {thing} is too low",
    "The {thing} loses its place when scrolling",
    "The {thing} cannot be reached by keyboard",
    "The error in the {thing} does not say what to do",
    "The {thing} jumps while it loads",
    "Screen readers call the {thing} a button",
    "Touch targets in the {thing} are too small",
    "The {thing} looks different on every page",
    "The {thing} asks for what we know already",
    "Nobody finds the settings of the {thing}",
)
#: how each repository spells its UX debt
SPELLINGS: dict[str, dict[str, float]] = {
    "web": {"ux debt": 0.55, "papercut": 0.2, "accessibility": 0.25},
    "mobile": {"UX: debt": 0.5, "usability": 0.3, "a11y": 0.2},
    "api": {"bug::ux": 1.0},
    "platform": {"papercut": 1.0},
    "pipeline": {"design debt": 1.0},
}
DEBT_SEEN = (
    "Seen in three of five interviews.",
    "Came up in the accessibility review.",
    "We ship around it since spring.",
    "Small, but everybody trips over it.",
    "A leftover of the old layout.",
)
TRIALS = (
    "Does a shorter {thing} sell more?",
    "Would customers miss the {thing}?",
    "Is the {thing} worth its place?",
    "Can the {thing} start later?",
    "Two wordings of the {thing}",
    "Does the {thing} bring people back?",
    "Fewer choices in the {thing}",
)
HYPOTHESES = (
    "We think that one week at half the traffic will tell.",
    "Success: two in a hundred more finish.",
    "If nothing moves in three weeks, it goes.",
    "Measured on new customers only.",
)
#: what each repository calls the outcomes of its trials
DECISIONS: dict[str, dict[str, str]] = {
    "decision": {
        "kept": "decision: kept",
        "killed": "decision: killed",
        "inconclusive": "decision: inconclusive",
    },
    "experiment": {
        "kept": "experiment: success",
        "killed": "experiment: failed",
        "inconclusive": "experiment: inconclusive",
    },
}
#: what could not be done before: repository, and what customers or colleagues can do now
CAPABILITIES: tuple[tuple[str, str], ...] = (
    ("web", "order for several addresses at once"),
    ("api", "pay by bank transfer in instalments"),
    ("mobile", "name a plant from a photo"),
    ("platform", "start a preview environment for every branch"),
    ("pipeline", "forecast demand by store"),
    ("web", "plan a garden bed online"),
    ("api", "ship one order in parts"),
    ("mobile", "browse the catalogue offline"),
    ("platform", "switch features for one region"),
    ("web", "send a plant as a gift"),
    ("api", "subscribe to seasonal boxes"),
    ("mobile", "ask neighbours about a plant"),
    ("pipeline", "see margins the same day"),
    ("web", "return a plant without a call"),
    ("mobile", "water by reminder"),
    ("api", "let partners place orders"),
    ("platform", "move a region in one evening"),
    ("web", "compare plants side by side"),
    ("mobile", "pay by a look at the phone"),
    ("api", "gift cards across shops"),
    ("pipeline", "trace a sale to its first visit"),
    ("web", "book a gardener"),
    ("mobile", "scan a receipt"),
    ("api", "change a delivery on its way"),
    ("pipeline", "see why plants come back"),
    ("web", "chat with the nursery"),
)
#: what came and went: repository, file, what it was, and in which parts of the history
DEAD_ENDS: tuple[tuple[str, str, str, tuple[float, float]], ...] = (
    ("web", "src/quiz/PlantQuiz.tsx", "plant quiz", (0.3, 0.55)),
    ("mobile", "app/mirror/GardenMirror.kt", "garden mirror", (0.45, 0.8)),
    ("pipeline", "pipelines/surveys/answers.py", "survey answers", (0.65, 0.9)),
)
CAPABILITY_BODY = (
    "Until now this took a call to support. It is there once a customer can do it alone."
)
PART = "Part of #%d"
#: what the pager calls the services, by repository
SERVICES = {
    "web": "Web shop",
    "mobile": "Mobile app",
    "api": "Orders API",
    "platform": "Gateway",
    "pipeline": "Reports",
}
ALARMS = (
    "High error rate",
    "Latency over budget",
    "Queue is growing",
    "Health check fails",
    "Checkout success fell",
)
