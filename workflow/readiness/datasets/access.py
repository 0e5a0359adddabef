"""Restrict the copies of restricted versions to their owner.

Folders of a restricted version get mode 0700, files 0600, and DVC's objects 0400: DVC keeps them
read-only. An open version keeps the modes that git and the user's settings give it.
"""

import errno
import stat
from pathlib import Path

from readiness.datasets.places import cache_folder, local_remotes
from readiness.datasets.versions import VERSIONS, Version, read_versions

# Mode bits that a folder keeps, and mode of an object in the folder: in a private store, and in a
# store shared with a group.
OWNED, SHARED = (0o700, 0o400), (0o770, 0o440)


def protect_all(root: Path) -> None:
    """Protect every copy of every restricted version of the project at `root`."""
    if (root / VERSIONS).exists():
        for version in read_versions(root).values():
            protect(root, version)


def protect(root: Path, version: Version) -> None:
    """Remove other users' access to a restricted version in the folders of this machine.

    The top folder of a remote outside the project keeps its mode; a remote with the setgid bit is
    shared with a group, which keeps its access. Files of another user are left to that user.
    """
    if not version.is_restricted:
        return
    home = root.resolve()
    for folder in {cache_folder(root), *local_remotes(root).values()}:
        inside = folder.is_relative_to(home)
        shared = not inside and folder.is_dir() and folder.stat().st_mode & stat.S_ISGID
        top = folder if inside else folder / Path(version.object_name).parts[0]
        kept_bits, mode = SHARED if shared else OWNED
        _restrict(folder / version.object_name, top, kept_bits, mode)
    workspace = root / version.pointer_path.with_suffix("")
    if workspace.is_file():
        # DVC may have linked the file to its object: keep the file as read-only as the object.
        _restrict(workspace, workspace.parent, 0o700, workspace.stat().st_mode & 0o700)


def _restrict(file: Path, top: Path, left: int, mode: int) -> None:
    """Set a file's mode, and clear all but the bits `left` of the folders from `top` to the
    file.
    """
    if not file.is_file():
        return
    modes = {file: mode}
    for folder in (folder for folder in file.parents if folder.is_relative_to(top)):
        modes[folder] = stat.S_IMODE(folder.stat().st_mode) & (left | ~0o777)
    try:
        for path, wanted in reversed(modes.items()):
            if stat.S_IMODE(path.stat().st_mode) != wanted:
                path.chmod(wanted)
    except PermissionError:
        pass  # the file is another user's
    except OSError as error:
        # A store may be read-only.
        if error.errno != errno.EROFS:
            raise
