"""The command line: `python -m readiness`, or by its folder: `python -I workflow/readiness`.

Started by its folder, this copy of the program runs, not an installed one. So rules need no
PYTHONPATH, by which every file beside the package could be imported.
"""

import gc
import os
import sys

if not __package__:
    # Python adds the package's folder to the search path, where its modules would be top-level.
    del sys.path[0]

    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    _folder = Path(__file__).resolve().parent
    _spec = spec_from_file_location(
        "readiness", _folder / "__init__.py", submodule_search_locations=[str(_folder)]
    )
    assert _spec is not None and _spec.loader is not None  # of a file that is there
    sys.modules["readiness"] = module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["readiness"])

from readiness.cli import main

if __name__ == "__main__":
    # Saves a fifteenth of a step's start: imported modules stay, so collecting garbage every 700
    # objects frees nothing. Plugins of pydantic are off: they could change how a configuration is
    # checked.
    gc.set_threshold(50_000)
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    sys.exit(main())
