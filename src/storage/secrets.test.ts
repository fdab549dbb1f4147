import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { openSecrets, requireSecret } from './secrets';
import { rejection, withTemporaryFolder } from './testing';

test('the environment goes before the file, an empty variable counts as none, and nothing enters the environment', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, '.env');
    await writeFile(
      file,
      '# keys\nA_TOKEN=from-file\nexport B_TOKEN="two words" # why\nC_TOKEN=\nD_TOKEN=$A_TOKEN\nE_TOKEN=file-e\n',
    );
    const env = { A_TOKEN: 'from-env', C_TOKEN: '', E_TOKEN: '' };
    const secrets = openSecrets({ env, file });
    const values = await Promise.all(
      ['A_TOKEN', 'B_TOKEN', 'C_TOKEN', 'D_TOKEN', 'E_TOKEN', 'F_TOKEN'].map((name) => secrets.get(name)),
    );
    assert.equal(values, ['from-env', 'two words', undefined, '$A_TOKEN', 'file-e', undefined]);
    assert.equal(env, { A_TOKEN: 'from-env', C_TOKEN: '', E_TOKEN: '' });
    assert.is(process.env.B_TOKEN, undefined);
  });
});

test('secrets of both places are taken out of texts, those of any name from when they were handed out', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, '.env');
    await writeFile(file, 'FILE_TOKEN=file-secret\nWHERE=/some/place\nHF=plain-name-secret\n');
    const secrets = openSecrets({ env: { ENV_PASSWORD: 'env-secret' }, file });
    const { redact } = secrets;
    const text = 'file-secret env-secret /some/place plain-name-secret';
    assert.is(redact(text), '[redacted FILE_TOKEN] [redacted ENV_PASSWORD] /some/place plain-name-secret');
    await secrets.get('HF');
    assert.is(redact(text), '[redacted FILE_TOKEN] [redacted ENV_PASSWORD] /some/place [redacted HF]');
  });
});

test('no file is fine, one that cannot be read is said, and so is a secret that is missing', async () => {
  await withTemporaryFolder(async (folder) => {
    const secrets = openSecrets({ env: {}, file: join(folder, 'none') });
    const error = await rejection(() => requireSecret(secrets, 'X_KEY', 'the key of X', 'do without X'));
    assert.instance(error, UserError);
    assert.match(error.message, /expected the key of X as X_KEY in the environment or in \.env, found none/);
    assert.is(
      await requireSecret(openSecrets({ env: { X_KEY: 'x' }, file: null }), 'X_KEY', 'it', 'do without'),
      'x',
    );
    await mkdir(join(folder, '.env'));
    const unreadable = await rejection(() => openSecrets({ env: {}, file: join(folder, '.env') }));
    assert.match(unreadable.message, /cannot read the secrets of .*\.env/);
  });
});

test.run();
