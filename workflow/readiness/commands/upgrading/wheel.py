"""Read the wheel of a program, within bounds, and check whether it is the running program's."""

import hashlib
import io
import re
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import read_file
from readiness.program.wheel import make_wheel

FILE_NAME = re.compile(r"readiness-([0-9A-Za-z.+]+)-py3-none-any\.whl")
PROJECT = "readiness/project"
# Most bytes of all members together: five times today's program.
MOST_BYTES = 32 << 20


@dataclass(frozen=True)
class Wheel:
    """Wheel of a program: file name, bytes, version, and members by name."""

    name: str
    content: bytes
    version: str
    members: dict[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def text(self, name: str) -> str:
        """Return a project file of the wheel as text.

        Raises DataError where the wheel has no such file.
        """
        if (content := self.members.get(f"{PROJECT}/{name}")) is None:
            raise DataError(f"{self.name} contains no {name}, so it is not readiness 1.1 or later.")
        return content.decode("utf-8")


def read_wheel(path: Path) -> Wheel:
    """Read a wheel of this program.

    Raises ConfigError for another file name, DataError for a file that is no wheel of this program.
    """
    if not (name_parts := FILE_NAME.fullmatch(path.name)):
        raise ConfigError(
            f"{path}: not a wheel of readiness; expected a file such as "
            "readiness-1.1.0-py3-none-any.whl."
        )
    try:
        content = read_file(path)
        members = _unpack(content)
    except FileNotFoundError:
        raise DataError(f"{path}: file not found. Correct the name.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DataError(f"{path}: not a valid wheel ({error}). Download it again.") from None
    wheel = Wheel(path.name, content, name_parts[1], members)
    stated = tomllib.loads(wheel.text("pyproject.toml"))["project"]["version"]
    if stated != wheel.version:
        raise DataError(
            f"{path}: the file name says version {wheel.version}, but the program in it is "
            f"{stated}. Download the wheel again."
        )
    return wheel


def is_running(wheel: Wheel) -> bool:
    """Return whether a wheel is that of the running program."""
    return wheel.content == make_wheel()[1]


def _unpack(content: bytes) -> dict[str, bytes]:
    """Return the members of a wheel; raise ValueError for too many bytes or a foreign path."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archived = archive.infolist()
        if sum(member.file_size for member in archived) > MOST_BYTES:
            raise ValueError("larger than a program")
        for member in archived:
            parts = member.filename.split("/")
            if not parts[0].startswith("readiness") or {"", ".", ".."} & {*parts}:
                raise ValueError(f"holds {member.filename!r}")
        return {member.filename: archive.read(member) for member in archived}
