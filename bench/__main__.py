"""Measures and prints a Markdown table with medians. Usage: python -m bench [--quick]"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import mesh

from lateen.api.codec import to_yaml

SERVICES = 1000
PROXIES = (10, 100, 1000)
CHANGES = 30
STARTS = 7
EXPLAIN_SECONDS = 3.0

Row = tuple[str, str, str]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def startup_row() -> Row:
    """How long `lateen --help` takes."""
    times = [run_time(["--help"]) * 1000 for _ in range(STARTS)]
    return "`lateen --help`", f"{statistics.median(times):.0f} ms", "≤ 150 ms"


def explain_row() -> Row:
    """How long `lateen explain` takes to answer from files, from the start of its process."""
    documents = [make(index) for make in (mesh.service, mesh.virtual_service) for index in range(SERVICES)]
    namespace, name, port = mesh.place(SERVICES - 1)
    question = ["explain", "-n", namespace, "GET", f"http://{name}:{port}/"]
    with tempfile.TemporaryDirectory(prefix="lateen-bench-") as folder:
        file = Path(folder, "mesh.yaml")
        file.write_text("---\n".join(map(to_yaml, documents)))
        times = [
            run_time([*question, "-f", str(file)], expect=f"VirtualService {namespace}/{name}") for _ in range(STARTS)
        ]
    what = f"`lateen explain`, {SERVICES:,} services and {SERVICES:,} VirtualServices"
    return what, f"{statistics.median(times):.2f} s", f"≤ {EXPLAIN_SECONDS:g} s"


def run_time(arguments: Sequence[str], *, expect: str = "") -> float:
    """Seconds that a command takes; its output must hold `expect`."""
    start = time.perf_counter()
    answer = subprocess.run([sys.executable, "-m", "lateen", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    if expect not in answer.stdout:
        raise SystemExit(f"lateen {' '.join(arguments)} says nothing of {expect}:\n{answer.stdout}")
    return seconds


def xds_rows(proxies: int, changes: int) -> list[Row]:
    """Changes with so many proxies connected."""
    with tempfile.TemporaryDirectory(prefix="lateen-bench-") as folder:
        arguments = [str(SERVICES), str(proxies), str(changes), folder]
        answer = subprocess.run(
            [sys.executable, "-m", "bench.control_plane", *arguments], check=True, stdout=subprocess.PIPE
        )
    result = json.loads(answer.stdout)
    large = proxies == PROXIES[-1]
    rows = []
    for name, aim in (("endpoint", "p99 ≤ 400 ms"), ("virtual service", "p99 ≤ 1000 ms")):
        times, cpu = result[name]["ms"], result[name]["cpu"]
        figure = f"p50 {statistics.median(times):.0f} ms, p99 {percentile(times, 0.99):.0f} ms"
        rows.append((f"{name} change → last ACK, {proxies} proxies", figure, aim if large else ""))
        cpu_aim = "≤ 0.5 s" if large and name == "endpoint" else ""
        rows.append(
            (f"{name} change, control plane CPU, {proxies} proxies", f"{statistics.median(cpu):.3f} s", cpu_aim)
        )
    memory = f"{result['rss_mb']:.0f} MB (peak {result['peak_mb']:.0f} MB)"
    rows.append((f"control plane RSS, {proxies} proxies", memory, "≤ 400 MB" if large else ""))
    rows.append((f"{proxies} proxies: connect → all configured", f"{result['connect_s']:.1f} s", ""))
    return rows


def bookinfo_rows() -> list[Row]:
    """Start of bookinfo to ready, by the real command line, where that can run: it needs root."""
    script = Path(__file__).parent / "bookinfo.py"
    if not script.exists():
        return []
    answer = subprocess.run([sys.executable, "-m", "bench.bookinfo"], stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        return [("bookinfo: start → ready", "not measured: it needs root and a free machine", "≤ 10 s")]
    return [("bookinfo: start → ready", f"{float(answer.stdout):.1f} s", "≤ 10 s")]


def table(rows: Sequence[Row]) -> str:
    """Markdown."""
    head = ("what", "median", "aim")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, *rows)
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Measure everything."""
    changes = 5 if "--quick" in arguments else CHANGES
    print(f"{SERVICES} services in 10 namespaces on 10 ports, {changes} changes of each kind; all on this machine.\n")
    rows = [startup_row(), explain_row(), *bookinfo_rows()]
    for proxies in PROXIES:
        rows += xds_rows(proxies, changes)
    print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
