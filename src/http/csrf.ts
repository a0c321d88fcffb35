import type { Plugin } from 'graphql-yoga'
import { AuthError } from '../base/errors.js'
import { toGraphQLError } from '../base/graphql-error.js'
import type { AuthContext } from '../context/index.js'
import type { RequestView } from './request-view.js'

/**
 * Over GET a cookie serves queries and nothing else: any page can make a browser send it. A mutation over GET is 405, by
 * whatever token; this refuses the stream.
 */
export const refuseCookieStreams: Plugin = {
  onSubscribe({ args, setResultAndStopExecution }) {
    const { identity, request } = args.contextValue as Partial<AuthContext> & {
      readonly request?: RequestView
    }
    if (identity === undefined || identity.kind === 'anonymous') return
    if (identity.location !== 'cookie' || request?.method !== 'GET') return
    setResultAndStopExecution({ errors: [toGraphQLError(new AuthError('CSRF_FAILED'), { http: true })] })
  },
}
