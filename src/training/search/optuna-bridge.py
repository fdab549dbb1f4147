"""Optuna behind one JSON object a line: requests on standard input, answers on standard output.

create {sampler, direction, seed, space, eta} -> {version}    eta null: no pruning
ask {}                                        -> {trial, parameters}
report {trial, rung, value}                   -> {prune}
tell {trial, state, value}                    -> {}            state: complete, pruned or fail
A failure is answered with {error}.
"""

import json
import sys


def distribution(optuna, spec):
    kinds = optuna.distributions
    name = spec["distribution"]
    if name == "categorical":
        return kinds.CategoricalDistribution(spec["choices"])
    if name == "int_uniform":
        return kinds.IntDistribution(int(spec["min"]), int(spec["max"]))
    return kinds.FloatDistribution(spec["min"], spec["max"], log=spec.get("log", False), step=spec.get("step"))


class Bridge:
    def __init__(self):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        self.running = {}

    def create(self, sampler, direction, seed, space, eta):
        samplers = self.optuna.samplers
        pruners = self.optuna.pruners
        self.eta = eta
        self.space = {name: distribution(self.optuna, spec) for name, spec in space.items()}
        self.study = self.optuna.create_study(
            direction=direction,
            sampler=samplers.TPESampler(seed=seed) if sampler == "tpe" else samplers.RandomSampler(seed=seed),
            pruner=pruners.NopPruner()
            if eta is None
            else pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=eta, min_early_stopping_rate=0),
        )
        return {"version": self.optuna.__version__}

    def ask(self):
        trial = self.study.ask(self.space)
        self.running[trial.number] = trial
        return {"trial": trial.number, "parameters": trial.params}

    def report(self, trial, rung, value):
        # The pruner counts in powers of eta, whatever the budgets of the rungs are.
        self.running[trial].report(value, 1 if self.eta is None else self.eta**rung)
        return {"prune": self.running[trial].should_prune()}

    def tell(self, trial, state, value=None):
        states = self.optuna.trial.TrialState
        ended = {"complete": states.COMPLETE, "pruned": states.PRUNED, "fail": states.FAIL}[state]
        self.study.tell(self.running.pop(trial), value if state == "complete" else None, state=ended)
        return {}


def main():
    try:
        bridge = Bridge()
    except ImportError as error:
        print(json.dumps({"error": str(error), "missing": True}), flush=True)
        return
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(bridge, request.pop("command"))(**request)
        except Exception as error:  # Told to the caller, who decides.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
