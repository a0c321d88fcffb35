import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, rename, rm, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readKeyFolder } from '../../src/keys/key-folder.js'
import { keyFile, makeKeyFolder, mountSecret, rsaWithExponentOne } from '../support/key-folder.js'

const ec = (curve: string) =>
  generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({ format: 'jwk' })
const rsa = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ format: 'jwk' })
const oct = (bytes: number) => ({ kty: 'oct', k: randomBytes(bytes).toString('base64url') })
const p256 = ec('P-256')

describe('P06 P60 a keys folder', () => {
  test('takes secrets, private keys and public ones, each for its algorithm; other files are passed over', async () => {
    const folder = await makeKeyFolder({
      '1.json': keyFile({ kid: 'a', alg: 'HS512', ...oct(64) }),
      '2.json': keyFile({ kid: 'b', alg: 'ES384', ...ec('P-384') }),
      '3.json': keyFile({ kid: 'c', alg: 'PS256', ...rsa(2048) }),
      '4.json': keyFile({ kid: 'd', alg: 'ES256', ...p256, d: undefined }),
      '.5.json.0123456789abcdef': '{',
      'README.md': 'not a key',
    })
    const { keys } = await readKeyFolder(folder)
    expect(
      keys.map(({ kid, algorithm, signing, verifying }) => [kid, algorithm, signing?.type, verifying.type]),
    ).toEqual([
      ['a', 'HS512', 'secret', 'secret'],
      ['b', 'ES384', 'private', 'public'],
      ['c', 'PS256', 'private', 'public'],
      ['d', 'ES256', undefined, 'public'],
    ])
  })

  const good = { kid: 'k', alg: 'ES256', ...p256 }
  test.each<[string, string, RegExp]>([
    ['half a file', keyFile(good).slice(0, 100), /is not a JSON object/],
    ['an empty file', '', /is not a JSON object/],
    ['a list', '[]', /is not a JSON object/],
    ['no kid', keyFile({ ...good, kid: undefined }), /needs a kid/],
    ['a kid with blanks', keyFile({ ...good, kid: 'a b' }), /needs a kid/],
    ['no alg', keyFile({ ...good, alg: undefined }), /needs an alg/],
    ['alg none', keyFile({ ...good, alg: 'none' }), /needs an alg/],
    ['an alg of every object', keyFile({ ...good, alg: 'constructor' }), /needs an alg/],
    ['use enc', keyFile({ ...good, use: 'enc' }), /is not for signatures/],
    ['a kty that we do not know', keyFile({ kid: 'k', alg: 'ES256', kty: 'OKP' }), /needs a kty/],
    ['no activeFrom', keyFile({ ...good, activeFrom: undefined }), /needs activeFrom/],
    ['a number as a time', keyFile({ ...good, activeFrom: 1_800_000_000 }), /needs activeFrom/],
    [
      'a day that is none',
      keyFile({ ...good, retiredAt: '2026-13-41T00:00:00Z' }),
      /retiredAt is not a time/,
    ],
    ['a slip of the pen', keyFile({ ...good, retired_at: '2026-01-01T00:00:00Z' }), /member "retired_at"/],
    ['another curve', keyFile({ kid: 'k', alg: 'ES256', ...ec('P-384') }), /needs the curve prime256v1/],
    [
      'mixed kinds: RSA for ES256',
      keyFile({ kid: 'k', alg: 'ES256', ...rsa(2048) }),
      /does not go with an RSA key/,
    ],
    ['mixed kinds: EC for HS256', keyFile({ kid: 'k', alg: 'HS256', ...p256 }), /does not go with an EC key/],
    [
      'mixed kinds: a secret for RS256',
      keyFile({ kid: 'k', alg: 'RS256', ...oct(64) }),
      /does not go with a secret/,
    ],
    ['a short secret', keyFile({ kid: 'k', alg: 'HS256', ...oct(31) }), /needs 32 bytes for HS256, has 31/],
    ['an empty secret', keyFile({ kid: 'k', alg: 'HS256', kty: 'oct', k: '' }), /not a key that can be read/],
    ['RSA below 2048', keyFile({ kid: 'k', alg: 'RS256', ...rsa(1024) }), /needs 2048 bits, has 1024/],
    [
      'e = 1',
      keyFile({ kid: 'k', alg: 'RS256', ...rsaWithExponentOne() }),
      /exponent 1, which protects nothing/,
    ],
    [
      'a private key of another',
      keyFile({ ...good, d: ec('P-256').d }),
      /damaged|cannot be read|can be read/,
    ],
    ['a point off the curve', keyFile({ ...good, x: p256.y, d: undefined }), /not a key that can be read/],
  ])('refuses %s by the name of the file, and shows nothing of it', async (_what, text, problem) => {
    const folder = await makeKeyFolder({
      '1.json': keyFile({ kid: 'a', alg: 'HS256', ...oct(32) }),
      '2.json': text,
    })
    const refused = readKeyFolder(folder)
    await expect(refused).rejects.toMatchObject({
      option: 'keysDir',
      message: expect.stringMatching(problem),
    })
    const message = await refused.then(String, String)
    expect(message).toContain(join(folder, '2.json'))
    for (const member of [p256.d, p256.x]) expect(message).not.toContain(member)
  })

  test('refuses two keys of one kid, naming both files', async () => {
    const folder = await makeKeyFolder({
      '1.json': keyFile(good),
      '2.json': keyFile({ ...good, alg: 'ES256' }),
    })
    await expect(readKeyFolder(folder)).rejects.toThrow(
      `keysDir: ${join(folder, '2.json')} has the same kid as ${join(folder, '1.json')}`,
    )
  })

  test.each<[string, (path: string, folder: string) => Promise<unknown>, RegExp]>([
    ['that others can read', (path) => chmod(path, 0o644), /is open to others; run: chmod 600/],
    ['that its group can write', (path) => chmod(path, 0o660), /is open to others; run: chmod 600/],
    [
      'that is a link out of the folder',
      async (path) => {
        const elsewhere = await makeKeyFolder({ '1.json': keyFile(good) })
        await rm(path)
        await symlink(join(elsewhere, '1.json'), path)
      },
      /is a link that leads out of the folder/,
    ],
    [
      'that is a link out of the folder, to one whose name begins alike',
      async (path, folder) => {
        await mkdir(`${folder}-old`)
        onTestFinished(() => rm(`${folder}-old`, { recursive: true }))
        await rename(path, `${folder}-old/1.json`)
        await symlink(`${folder}-old/1.json`, path)
      },
      /is a link that leads out of the folder/,
    ],
    [
      'that is a link to nothing',
      async (path) => {
        await rm(path)
        await symlink('nothing', path)
      },
      /is not there/,
    ],
    [
      'that is a link to itself',
      async (path) => {
        await rm(path)
        await symlink(path, path)
      },
      /cannot be read \(ELOOP\)/,
    ],
    [
      'that is a folder',
      async (path) => {
        await rm(path)
        await mkdir(path)
      },
      /is not a file/,
    ],
    ['of a gigabyte', (path) => truncate(path, 1024 ** 3), /is too large for a key/],
  ])('refuses a file %s', async (_what, spoil, problem) => {
    const folder = await makeKeyFolder({ '1.json': keyFile(good) })
    await spoil(join(folder, '1.json'), folder)
    const refused = readKeyFolder(folder)
    await expect(refused).rejects.toThrow(problem)
    await expect(refused).rejects.toThrow(join(folder, '1.json'))
  })

  test('takes a Secret as Kubernetes mounts it: links into a folder beside them, readable for the group', async () => {
    const folder = await makeKeyFolder()
    await chmod(folder, 0o1777)
    await mountSecret(folder, { '1.json': keyFile(good) })
    expect((await readKeyFolder(folder)).keys).toMatchObject([{ kid: 'k', file: '1.json' }])
  })

  test('is never of two Secrets, however often one replaces another while it is read', async () => {
    const folder = await makeKeyFolder()
    const secretOf = (name: string) =>
      Object.fromEntries(
        Array.from({ length: 8 }, (_, index) => [
          `${index}.json`,
          keyFile({ kid: `${name}${index}`, alg: 'HS256', ...oct(32) }),
        ]),
      )
    const secrets = [secretOf('a'), secretOf('b')]
    await mountSecret(folder, secrets[1] ?? {})
    const seen = new Set<string>()
    let isMounting = true
    const mounts = (async () => {
      for (let turn = 0; turn < 100; turn++) await mountSecret(folder, secrets[turn % 2] ?? {})
      isMounting = false
    })()
    while (isMounting) {
      const read = await readKeyFolder(folder).catch(String)
      if (typeof read === 'string') expect(read).toContain('changed while it was read')
      else seen.add([...new Set(read.keys.map(({ kid }) => kid[0]))].join())
    }
    await mounts
    expect([...seen].filter((names) => !['a', 'b'].includes(names))).toEqual([])
  })

  // Only root can give a file away.
  test.runIf(process.getuid?.() === 0)(
    'where others can add files, or links lead elsewhere, only files of its owner and our own count',
    async () => {
      const folder = await makeKeyFolder({ '1.json': keyFile(good) })
      await chmod(folder, 0o1777)
      await readKeyFolder(folder)
      await chown(join(folder, '1.json'), 4711, 4711)
      await expect(readKeyFolder(folder)).rejects.toThrow(/1\.json belongs neither to the owner/)
      await chown(folder, 4711, 4711)
      await readKeyFolder(folder)
      const mounted = await makeKeyFolder()
      await mountSecret(mounted, { '1.json': keyFile(good) })
      await readKeyFolder(mounted)
      await chown(join(mounted, '..data/1.json'), 4711, 4711)
      await expect(readKeyFolder(mounted)).rejects.toThrow(/1\.json belongs neither to the owner/)
    },
  )

  test('refuses a folder that others can write to, that is not there, or that has too many keys', async () => {
    const folder = await makeKeyFolder({ '1.json': keyFile(good) })
    await chmod(folder, 0o777)
    await expect(readKeyFolder(folder)).rejects.toThrow(/can be written by others; run: chmod 700/)
    await expect(readKeyFolder(join(folder, 'no'))).rejects.toThrow(/no is not there; .* sallyport keys add$/)
    const names = Array.from({ length: 101 }, (_, index) => `${index}.json`)
    const many = await makeKeyFolder(Object.fromEntries(names.map((name) => [name, ''])))
    await expect(readKeyFolder(many)).rejects.toThrow(/has 101 keys, more than 100/)
  })
})
