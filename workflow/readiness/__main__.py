"""The command line: `python -m readiness`, or by its folder: `python -I workflow/readiness`.

Started by its folder, it is the program that runs, whatever is installed: rules need no PYTHONPATH,
which would make a library of every file beside the package.
"""

import gc
import os
import sys

if not __package__:
    # Python takes the folder for a place of modules; it is one module.
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
    # A fifteenth of a step's start: what it loads stays, so nothing is gained by looking every 700
    # objects for what may go; and no plugin of others has a say in what a configuration may hold.
    gc.set_threshold(50_000)
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    sys.exit(main())
