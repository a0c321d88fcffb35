import { encode, forge, hmac, respell, signText } from './forge.js'
import { goodClaims, type HostileToken, row, type Target } from './hostile-row.js'

const HEADER = { alg: 'HS256', typ: 'JWT' }

/** What is wrong is how it is written: another spelling of the same bytes, another number of parts, too much. */
export function hostileForms(target: Target): HostileToken[] {
  const claims = goodClaims(target)
  const signer = hmac('sha256', target.secret)
  const good = forge(HEADER, claims, signer)
  const [header = '', payload = '', signature = ''] = good.split('.')
  const bad = (id: string, token: string) => row(id, 'TOKEN_INVALID', token)
  /** Text of a length that leaves unused bits at the end of its base64. */
  const looseHeader = encode(`{"alg":"HS256"}${' '.repeat(2)}`)
  const loosePayload = encode(
    JSON.stringify(claims) + ' '.repeat((4 - (JSON.stringify(claims).length % 3)) % 3),
  )
  const bits = signer(`${header}.${payload}`)
  const flipped = (at: number) => Buffer.from(bits.map((byte, index) => (index === at ? byte ^ 1 : byte)))
  const standard = (text: string) => text.replaceAll('-', '+').replaceAll('_', '/')
  const long = (length: number) => forge(HEADER, { ...claims, x: 'x'.repeat(length) }, signer)

  return [
    bad('signature-last-bit', `${header}.${payload}.${flipped(31).toString('base64url')}`),
    bad('signature-first-bit', `${header}.${payload}.${flipped(0).toString('base64url')}`),
    bad('signature-unused-bits', `${header}.${payload}.${respell(signature)}`),
    bad('signature-shorter', `${header}.${payload}.${signature.slice(0, -1)}`),
    bad('signature-a-byte-shorter', `${header}.${payload}.${bits.subarray(0, 31).toString('base64url')}`),
    bad('signature-longer', `${header}.${payload}.${Buffer.concat([bits, bits]).toString('base64url')}`),
    bad('signature-absent', `${header}.${payload}.`),
    bad('signature-of-nothing', `${header}.${payload}.${encode(Buffer.alloc(32))}`),
    bad('signature-hex', `${header}.${payload}.${bits.toString('hex')}`),
    bad('signature-padded', `${good}=`),
    bad('signature-standard-base64', `${header}.${payload}.${bits.toString('base64')}`),
    bad('header-padded', signText(`${header}=.${payload}`, signer)),
    bad('payload-padded', signText(`${header}.${payload}==`, signer)),
    bad('header-unused-bits', signText(`${respell(looseHeader)}.${payload}`, signer)),
    bad('payload-unused-bits', signText(`${header}.${respell(loosePayload)}`, signer)),
    bad(
      'header-standard-base64',
      signText(`${standard(encode('{"alg":"HS256","x":"~~~???"}'))}.${payload}`, signer),
    ),
    bad('payload-standard-base64', signText(`${header}.${standard(encode('{"sub":"~~~???>>>"}'))}`, signer)),
    bad('header-with-dollar', signText(`${header}$.${payload}`, signer)),
    bad('payload-changed', `${header}.${encode({ ...claims, sub: '1' })}.${signature}`),
    bad('header-changed', `${encode({ ...HEADER, x: 1 })}.${payload}.${signature}`),

    bad('parts-one', header),
    bad('parts-two', `${header}.${payload}`),
    bad('parts-four', `${good}.${signature}`),
    bad('parts-five', `${good}.${signature}.${signature}`),
    bad('parts-empty', '..'),
    bad('header-empty', signText(`.${payload}`, signer)),
    bad('payload-empty', signText(`${header}.`, signer)),
    bad('payload-detached', `${header}..${signature}`),
    bad('leading-dot', `.${good}`),
    bad('trailing-dot', `${good}.`),
    bad('json-form', JSON.stringify({ payload: good })),
    bad('quoted', `"${good}"`),
    bad('scheme-twice', `Bearer.${good}`),
    bad('word', 'null'),
    bad('percent-encoded', good.replaceAll('.', '%2E')),
    bad('payload-not-json-and-forged', `${header}.${encode('not json')}.${signature}`),

    row('size-10k', 'ok', long(7_000)),
    { ...bad('size-20k', long(15_000)), tooLongForHeader: true },
    { ...bad('size-megabyte', long(1_000_000)), tooLongForHeader: true },
    { ...bad('size-megabyte-of-dots', '.'.repeat(1_000_000)), tooLongForHeader: true },
  ]
}
