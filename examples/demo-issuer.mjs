/** A token issuer of a few lines, so that apollo.mjs runs by itself. In its place put Keycloak, Auth0, or yours. */
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export async function startDemoIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'demo-1', alg: 'RS256', use: 'sig' }
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').setHeader('cache-control', 'max-age=300')
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const issuer = `http://127.0.0.1:${server.address().port}`
  return {
    issuer,
    jwksUrl: `${issuer}/jwks.json`,
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'demo-1' })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
  }
}
