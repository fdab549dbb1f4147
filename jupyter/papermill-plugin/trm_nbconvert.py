"""Plotly figures in HTML exports, without a network (`jupyter nbconvert --to html --template trm`)."""

from pathlib import Path

from jupyter_core.paths import jupyter_path
from nbconvert.preprocessors import Preprocessor

PLOTLY = "application/vnd.plotly.v1+json"


class InlinePlotly(Preprocessor):
    """Gives the template Plotly's program (10 MB) when the notebook holds a figure."""

    def preprocess(self, nb, resources):
        outputs = (output for cell in nb.cells for output in cell.get("outputs", ()))
        if any(PLOTLY in output.get("data", {}) for output in outputs):
            resources["plotly_js"] = plotly_program().read_text("utf-8").replace("</script", "<\\/script")
        return nb, resources


def plotly_program():
    """The npm package `plotly.js-dist` of the project whose `jupyter` folder stands on JUPYTER_PATH."""
    candidates = [Path(folder).parent / "node_modules/plotly.js-dist/plotly.js" for folder in jupyter_path()]
    for path in candidates:
        if path.exists():
            return path
    raise FileNotFoundError(
        "plotly.js-dist was not found beside any folder of JUPYTER_PATH; set JUPYTER_PATH to <project>/jupyter and run `make setup`"
    )
