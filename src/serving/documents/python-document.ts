import { UserError } from '../../core/errors';
import { decodeSource, encodeSource } from '../../python/tokens/codec';
import type { Document } from './document';

/** A Python file. @throws UserError when CPython would refuse to decode it */
export function pythonDocument(name: string, bytes: Uint8Array): Document {
  if (bytes.includes(0))
    throw new UserError(
      `${name}: expected Python source, got NUL bytes: binary data, or UTF-16`,
      'leave it out (--exclude), or save it as UTF-8',
    );
  const decoded = decodeSource(bytes);
  if (decoded.problem !== null)
    throw new UserError(`${name}: ${decoded.problem}`, 'correct the encoding or its declaration first');
  return {
    text: decoded.text,
    isEditable: () => true,
    place: (range) => ({ cell: null, range }),
    encode: (text) => encodeSource({ ...decoded, text }),
  };
}
