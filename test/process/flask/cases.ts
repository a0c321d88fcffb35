import { makeKeyPair } from '../../support/key-pair.js'
import { SECRET, type Settings, type Variables } from './start-both.js'

export interface Case {
  readonly what: string
  readonly settings: Settings
  /** How a token goes along with a request of either; by default as the bearer's. */
  readonly carry?: (token: string) => { search?: string; headers?: Variables; member?: object }
  /** What theirs says otherwise than ours. */
  readonly claims?: object
}

const rsa = makeKeyPair('rsa')
const ec = makeKeyPair('ec')
export const isBearers: NonNullable<Case['carry']> = (token) => ({
  headers: { authorization: `Bearer ${token}` },
})

export const CASES: readonly Case[] = [
  {
    what: 'the secret of Flask itself, in the JSON body',
    settings: {
      ...{ JWT_SECRET_KEY: null, SECRET_KEY: `${SECRET}, too` },
      ...{ JWT_TOKEN_LOCATION: ['json'], JWT_JSON_KEY: 'token', JWT_REFRESH_JSON_KEY: 'again' },
    },
    carry: (token) => ({ member: { token, again: token } }),
  },
  {
    what: 'HS512, in a header of another name without a scheme',
    settings: {
      ...{ JWT_ALGORITHM: 'HS512', JWT_SECRET_KEY: SECRET.repeat(3) },
      ...{ JWT_HEADER_NAME: 'X-Access', JWT_HEADER_TYPE: '' },
    },
    carry: (token) => ({ headers: { 'x-access': token } }),
  },
  {
    what: 'RS256, in the query string with a prefix',
    settings: {
      ...{ JWT_ALGORITHM: 'RS256', JWT_PRIVATE_KEY: rsa.privateKey, JWT_PUBLIC_KEY: rsa.publicKey },
      JWT_TOKEN_LOCATION: ['headers', 'query_string'],
      ...{ JWT_QUERY_STRING_NAME: 'token', JWT_QUERY_STRING_VALUE_PREFIX: 'Bearer ' },
    },
    carry: (token) => ({ search: `?${new URLSearchParams({ token: `Bearer ${token}` })}` }),
  },
  {
    what: 'ES256, an audience, an issuer and leeway',
    settings: {
      ...{ JWT_ALGORITHM: 'ES256', JWT_PRIVATE_KEY: ec.privateKey, JWT_PUBLIC_KEY: ec.publicKey },
      ...{ JWT_ENCODE_AUDIENCE: 'shop', JWT_DECODE_AUDIENCE: ['shop', 'stock'], JWT_DECODE_LEEWAY: 5 },
      ...{ JWT_ENCODE_ISSUER: 'https://a.example', JWT_DECODE_ISSUER: 'https://a.example' },
    },
    claims: { aud: 'shop', iss: 'https://a.example' },
  },
  {
    what: 'numbers, in a claim of another name, for ever, beside the credentials of a proxy',
    settings: {
      ...{ IDENTITY: 'number', JWT_IDENTITY_CLAIM: 'identity', JWT_VERIFY_SUB: false },
      ...{ JWT_ACCESS_TOKEN_EXPIRES: false, JWT_ENCODE_NBF: false },
    },
    carry: (token) => ({ headers: { authorization: `Basic YTpi, Bearer ${token}` } }),
    claims: { identity: 1 },
  },
]
