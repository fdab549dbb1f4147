/** Thread of `NamePool`: names the bug types of the mined fixes that it is handed, one call a batch. */
import { bugTypeOfFix, type UnnamedFix } from '../admission/classify-fix';

/** The bug type that explains each fix of a batch, in order. */
export default function nameBatch(fixes: readonly UnnamedFix[]): (string | null)[] {
  return fixes.map(bugTypeOfFix);
}
