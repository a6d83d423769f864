"""Questions about oneself: `kubectl auth can-i` and `kubectl auth whoami`."""

from lateen.api.meta import JsonObject
from lateen.apiserver.user import AUTHENTICATED, READING_METHODS, User

READING_VERBS = frozenset({"get", "list", "watch"})


def access_review(user: User, body: JsonObject) -> JsonObject:
    """The answer to a SelfSubjectAccessReview."""
    spec = body.get("spec") or {}
    asked = spec.get("resourceAttributes") or spec.get("nonResourceAttributes") or {}
    verb = str(asked.get("verb") or "")
    allowed = user.may(next(iter(READING_METHODS)) if verb in READING_VERBS else "POST")
    status = {"allowed": allowed} if allowed else {"allowed": False, "reason": f"{user.name} may only read"}
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "metadata": {},
        "spec": spec,
        "status": status,
    }


def rules_review(user: User) -> JsonObject:
    """The answer to a SelfSubjectRulesReview."""
    verbs = sorted(READING_VERBS) if user.only_reads else ["*"]
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "metadata": {},
        "spec": {},
        "status": {
            "resourceRules": [{"verbs": verbs, "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": verbs, "nonResourceURLs": ["*"]}],
            "incomplete": False,
        },
    }


def self_review(user: User) -> JsonObject:
    """The answer to a SelfSubjectReview."""
    return {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "SelfSubjectReview",
        "metadata": {},
        "status": {"userInfo": {"username": user.name, "groups": [*user.groups, AUTHENTICATED]}},
    }
