"""Let nobody but their owner read the answers that not everybody may have.

Of a restricted version the folders are 0700, files 0600, and objects of DVC's 0400: it keeps them
read-only. A version that is open stays as git and the user's own settings leave it.
"""

import errno
import stat
from pathlib import Path

from readiness.datasets.places import cache_folder, local_remotes
from readiness.datasets.versions import VERSIONS, Version, read_versions

# The bits of a folder's mode that are left, and the mode of an object in it: where it is its
# owner's, and where a group shares it.
OWNED, SHARED = (0o700, 0o400), (0o770, 0o440)


def protect_all(root: Path) -> None:
    """Protect every restricted version of the project at `root`, wherever it lies in there."""
    if (root / VERSIONS).exists():
        for version in read_versions(root).values():
            protect(root, version)


def protect(root: Path, version: Version) -> None:
    """Take from others the right to read a restricted version in the folders of this machine.

    Of a remote outside of the project the folder itself stays as its owner made it; one that has
    the setgid bit is shared with a group, which keeps its rights. What belongs to another user is
    for that one to protect.
    """
    if not version.is_restricted:
        return
    home = root.resolve()
    for folder in {cache_folder(root), *local_remotes(root).values()}:
        inside = folder.is_relative_to(home)
        shared = not inside and folder.is_dir() and folder.stat().st_mode & stat.S_ISGID
        top = folder if inside else folder / Path(version.object_name).parts[0]
        left, mode = SHARED if shared else OWNED
        _restrict(folder / version.object_name, top, left, mode)
    workspace = root / version.pointer_path.with_suffix("")
    if workspace.is_file():
        # Where DVC made it a link, it is as read-only as the object.
        _restrict(workspace, workspace.parent, 0o700, workspace.stat().st_mode & 0o700)


def _restrict(file: Path, top: Path, left: int, mode: int) -> None:
    """Give a file its mode, and leave of those of the folders from `top` to it the bits `left`."""
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
        pass  # another user's
    except OSError as error:
        # A store may be read-only.
        if error.errno != errno.EROFS:
            raise
