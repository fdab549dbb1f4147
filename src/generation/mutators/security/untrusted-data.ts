import { usesModule } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { mutatorOf, pathSwap, settingSwap } from '../tools/forms';

/** A call of one positional argument: what `eval` and the loaders that run code take. */
function takesOneValue(target: MutationTarget, last: number): boolean {
  const all = isCall(target, last + 1) ? argumentsOf(target, last + 1) : [];
  return all.length === 1 && all[0].positional;
}

/** A safe loader of YAML becomes one that builds any object (CWE-502). */
export const unsafeYamlLoad = mutatorOf(
  'unsafe-yaml-load',
  'A document can name any Python object to build, and so run code.',
  {
    function: pathSwap({
      'yaml.safe_load': ['yaml.load', 'yaml.unsafe_load'],
      'yaml.safe_load_all': ['yaml.load_all', 'yaml.unsafe_load_all'],
    }),
    loader: pathSwap({
      'yaml.SafeLoader': ['yaml.Loader', 'yaml.UnsafeLoader'],
      'yaml.CSafeLoader': ['yaml.CLoader', 'yaml.UnsafeLoader'],
    }),
    kind: {
      on: 'string',
      at: (target, i) =>
        /^['"]safe['"]$/.test(textAt(target, i)) &&
        textAt(target, i - 2) === 'typ' &&
        usesModule(target, 'ruamel'),
      apply: (target, i) => replaceToken(target, i, textAt(target, i).replace('safe', 'unsafe')),
    },
  },
);

/** JSON read by a format that can run code; arrays and weights that may be pickles (CWE-502). */
export const unsafeDeserialization = mutatorOf(
  'unsafe-deserialization',
  'A pickle says which functions to call while it is read; data from outside must not.',
  {
    loads: pathSwap(
      Object.fromEntries(
        ['json', 'orjson', 'simplejson', 'ujson'].map((module) => [
          `${module}.loads`,
          ['pickle.loads', 'pickle.loads', 'marshal.loads'],
        ]),
      ),
      takesOneValue,
    ),
    load: pathSwap({ 'json.load': ['pickle.load'], 'simplejson.load': ['pickle.load'] }, takesOneValue),
    setting: settingSwap({ allow_pickle: { False: 'True' }, weights_only: { True: 'False' } }),
  },
);

/** `ast.literal_eval(x)`, `json.loads(x)`, `int(name)` and `float(name)` become `eval(x)` (CWE-95). */
export const evalInjection = mutatorOf('eval-injection', 'Text that may come from outside is run as code.', {
  parser: pathSwap({ 'ast.literal_eval': ['eval'], 'json.loads': ['eval'] }, takesOneValue),
  number: {
    on: 'name',
    at: (target, i) =>
      ['int', 'float'].includes(textAt(target, i)) &&
      target.bindings[i] === 'builtin' &&
      isCall(target, i + 1) &&
      target.partner[i + 1] === i + 3 &&
      target.bindings[i + 2] === 'parameter',
    apply: (target, i) => replaceToken(target, i, 'eval'),
  },
});
