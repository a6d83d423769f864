"""Puts volumes' files on disk, so that a container sees a change whole or not at all."""

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from lateen.api.pod import Pod
from lateen.api.volume import Volume
from lateen.node.pod_fields import PodFields
from lateen.node.pod_folder import PodFolder
from lateen.node.sources import ConfigError, Sources
from lateen.node.volume_files import Files, volume_files

_DATA = "..data"


def write_volumes(pod: Pod, folder: PodFolder, fields: PodFields, sources: Sources) -> bool:
    """Write every volume of the pod that has files of ours; whether anything changed. Raises ConfigError.

    Files appear as in Kubernetes: each is a link into `..data`, which is exchanged at once.
    """
    changed = False
    group = pod.spec.security_context.fs_group if pod.spec.security_context else None
    for volume in pod.spec.volumes:
        files = _files(volume, fields, sources)
        if files is not None:
            changed |= _write(folder.volume(volume.name), files, group)
        elif volume.host_path is None:
            _make_empty(folder.volume(volume.name), group)
    return changed


def referenced(pod: Pod) -> set[tuple[str, str]]:
    """The (kind, name) of each ConfigMap and Secret whose content the pod's volumes show."""
    found: set[tuple[str, str]] = set()
    for volume in pod.spec.volumes:
        if volume.config_map:
            found.add(("ConfigMap", volume.config_map.name))
        if volume.secret:
            found.add(("Secret", volume.secret.secret_name))
        for projection in volume.projected.sources if volume.projected else ():
            if projection.config_map:
                found.add(("ConfigMap", projection.config_map.name))
            if projection.secret:
                found.add(("Secret", projection.secret.name))
    return found


def host_path(volume: Volume) -> Path:
    """The machine's path that a hostPath volume shows, made if its type says so. Raises ConfigError."""
    assert volume.host_path is not None  # noqa: S101 - the caller has looked
    path, kind = Path(volume.host_path.path), volume.host_path.type
    if kind == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    elif kind == "FileOrCreate":
        path.touch()
    if not path.exists():
        raise ConfigError(f"hostPath {path}: no such file or folder on this machine")
    if not _fits(path, kind):
        raise ConfigError(f"hostPath type check failed: {path} is not a {kind}")
    return path.resolve()


def _fits(path: Path, kind: str) -> bool:
    checks = {
        "Directory": stat.S_ISDIR,
        "DirectoryOrCreate": stat.S_ISDIR,
        "File": stat.S_ISREG,
        "FileOrCreate": stat.S_ISREG,
        "Socket": stat.S_ISSOCK,
        "CharDevice": stat.S_ISCHR,
        "BlockDevice": stat.S_ISBLK,
    }
    return kind not in checks or checks[kind](path.stat().st_mode)


def _files(volume: Volume, fields: PodFields, sources: Sources) -> Files | None:
    try:
        return volume_files(volume, fields, sources)
    except ConfigError as error:
        raise ConfigError(f'MountVolume.SetUp failed for volume "{volume.name}": {error}') from None


def _make_empty(folder: Path, group: int | None) -> None:
    if folder.exists():
        return
    folder.mkdir(parents=True)
    folder.chmod(0o777 if group is None else 0o2777)
    if group is not None:
        os.chown(folder, -1, group)


def _write(folder: Path, files: Files, group: int | None) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    old = folder / os.readlink(folder / _DATA) if (folder / _DATA).is_symlink() else None
    if old is not None and _read(old) == {name: file.content for name, file in files.items()}:
        return False
    number = int(old.name.removeprefix("..v")) + 1 if old else 1
    new = folder / f"..v{number}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for name, file in files.items():
        _write_file(new / name, file.content, file.mode, group)
    _point(folder / _DATA, new.name)
    _link(folder, {name.split("/", 1)[0] for name in files})
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
    return True


def _write_file(path: Path, content: bytes, mode: int, group: int | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode if group is None else mode | 0o040)
    if group is not None:
        os.chown(path, -1, group)


def _link(folder: Path, names: Iterable[str]) -> None:
    wanted = set(names)
    for entry in folder.iterdir():
        if not entry.name.startswith("..") and entry.name not in wanted:
            entry.unlink()
    for name in wanted:
        if not (folder / name).is_symlink():
            _point(folder / name, f"{_DATA}/{name}")


def _point(link: Path, target: str) -> None:
    part = link.with_name("..part")
    part.unlink(missing_ok=True)
    part.symlink_to(target)
    part.replace(link)


def _read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
