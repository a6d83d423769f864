import subprocess
import sys


def test_the_command_lines_client_loads_nothing_heavy() -> None:
    code = "import sys, lateen.client.sync, lateen.client.kubeconfig, lateen.client.remote_command; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"aiohttp", "yaml", "msgspec", "websockets", "cryptography", "lateen.api.schema"} & set(loaded)
