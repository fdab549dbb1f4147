"""TypeScript parameters for papermill: `papermill in.ipynb out.ipynb -p learningRate 0.5 -f more.yaml`.

The cell tagged `parameters` declares `let name: Type = default; // help`. The values given are injected below it as
*assignments*, so the kernel checks them against the declared types: a wrong value is a TypeScript error that names
both types, an unknown name is "Cannot find name".
"""

import json
import math
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

MAX_SAFE_INTEGER = 2**53 - 1

IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")

DECLARATION = re.compile(
    r"^(?:let|var|const)\s+(?P<name>[A-Za-z_$][\w$]*)\s*"
    r"(?::\s*(?P<type>.+?))?\s*(?<![=!<>])=(?![=>])\s*(?P<value>.*?)\s*;?\s*(?://\s*(?P<help>.*))?$"
)


class TypeScriptTranslator(Translator):
    """Writes Python values as TypeScript."""

    @classmethod
    def translate(cls, val):
        if val is None:
            return "null"
        if isinstance(val, bool):
            return "true" if val else "false"
        if isinstance(val, int):
            if abs(val) > MAX_SAFE_INTEGER:
                raise ValueError(f"{val} is no safe integer in TypeScript (beyond 2^53 - 1); pass it as a string")
            return str(val)
        if isinstance(val, float):
            if math.isnan(val):
                return "NaN"
            if math.isinf(val):
                return "Infinity" if val > 0 else "-Infinity"
            return repr(val)
        if isinstance(val, dict):
            items = (f"{json.dumps(str(key))}: {cls.translate(value)}" for key, value in val.items())
            return "{ " + ", ".join(items) + " }" if val else "{}"
        if isinstance(val, (list, tuple)):
            return "[" + ", ".join(cls.translate(item) for item in val) + "]"
        return json.dumps(str(val), ensure_ascii=False)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def assign(cls, name, str_val):
        if not IDENTIFIER.fullmatch(name):
            raise ValueError(f"expected a parameter name that is a TypeScript identifier, got {name!r}")
        return f"{name} = {str_val};"

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        # The empty statement at the end keeps the kernel from printing the last value.
        return super().codify(parameters, comment) + ";\n"

    @classmethod
    def inspect(cls, parameters_cell):
        """The declared parameters, for `papermill --help-notebook`."""
        matches = (DECLARATION.match(line.strip()) for line in parameters_cell["source"].splitlines())
        return [Parameter(m["name"], m["type"] or "None", m["value"], m["help"] or "") for m in matches if m]


class TypeScriptEngine(NBClientEngine):
    """papermill's ordinary engine; it exists so that papermill imports this module."""


for name in ("typescript", "tslab"):
    papermill_translators.register(name, TypeScriptTranslator)
