"""Another entry to the same service, as tests of faults have one."""

import os
import runpy

os.environ["LEIDRAAD_MARK"] = "seen"
runpy.run_module("greeter", run_name="__main__")
