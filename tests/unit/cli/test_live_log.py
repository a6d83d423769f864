"""Requests of tests in logs."""

from lateen.cli.live_log import Logged, Requested, parse_access_log, parse_app_log

UPSTREAM = (
    '[2026-11-21T03:53:55.691Z] "GET /reviews/1 HTTP/1.1" 200 - via_upstream - "-" 0 356 2 1 "-" "{agent}" '
    '"0043a6cb" "reviews:9080" "10.244.48.5:9080" outbound|9080|v2|reviews.default.svc.cluster.local '
    "10.244.48.9:43074 10.96.51.242:9080 10.244.48.9:53234 - default"
)
OWN = (
    '[2026-11-21T03:53:55.691Z] "GET /x HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "-" "lateen-test/ab" '
    '"0043a6cb" "reviews:9080" "-" - - 10.96.51.242:9080 10.244.48.9:53234 - -'
)
FAILED = (
    '[2026-11-21T03:53:55.691Z] "GET /x HTTP/1.1" 503 UF upstream_reset{connection_failure} - "delayed connect error: '
    'Connection refused" 0 0 0 - "-" "lateen-test/ab" "0043a6cb" "reviews:9080" "10.244.48.5:1" outbound|9080||reviews '
    "- 10.96.51.242:9080 10.244.48.9:53234 - -"
)
JSON = (
    '{"authority":"reviews:9080","response_flags":"-","upstream_cluster":"outbound|9080||reviews",'
    '"upstream_host":"10.244.48.5:9080","user_agent":"lateen-test/ab"}'
)


def test_marked_requests_are_found_among_others() -> None:
    lines = [UPSTREAM.format(agent="curl/8"), UPSTREAM.format(agent="lateen-test/ab"), "[warning] something else"]
    expected = Logged(
        "ab", "outbound|9080|v2|reviews.default.svc.cluster.local", "10.244.48.5:9080", "reviews:9080", ""
    )
    assert list(parse_access_log(lines)) == [expected]


def test_what_arrived_is_told_from_what_was_sent_on() -> None:
    arrived = UPSTREAM.format(agent="lateen-test/ab").replace(
        "outbound|9080|v2|reviews.default.svc.cluster.local", "inbound|9080||"
    )
    sent_on = UPSTREAM.format(agent="lateen-test/ab")
    assert [each.inbound for each in parse_access_log([arrived, sent_on, OWN])] == [True, False, False]


def test_a_proxys_own_answer_has_no_endpoint() -> None:
    assert list(parse_access_log([OWN])) == [Logged("ab", "", "", "reviews:9080", "NR")]


def test_a_reason_with_blanks_does_not_hide_a_failure() -> None:
    (found,) = parse_access_log([FAILED])
    assert (found.flags, found.endpoint) == ("UF", "10.244.48.5:1")


def test_logs_in_json_say_the_same() -> None:
    expected = Logged("ab", "outbound|9080||reviews", "10.244.48.5:9080", "reviews:9080", "")
    assert list(parse_access_log([JSON, '{"broken lateen-test/ab'])) == [expected]


def test_paths_are_found_in_the_usual_form_of_servers_logs() -> None:
    lines = [
        '1970-01-01T00:00:01.500000001Z 127.0.0.6 "GET /hello HTTP/1.1" 200',
        '1970-01-01T00:00:02Z 1.2.3.4 - - [x] "POST /a?b=c HTTP/1.0" 200 12',
        "1970-01-01T00:00:03Z started",
    ]
    assert list(parse_app_log(lines)) == [Requested(1.5, "/hello"), Requested(2, "/a")]
