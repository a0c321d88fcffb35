import { useResponseCache } from '@graphql-yoga/plugin-response-cache'
import type { Plugin } from 'graphql-yoga'

type Key = (params: { query?: string | undefined }, request: Request) => string
const BY_TEXT: Key = ({ query }) => query ?? ''
export const BY_SESSION: Key = ({ query }, request) => `${request.headers.get('x-name')} ${query}`

/** Answers before there is a context. */
export function useParamsCache(keyOf: Key = BY_TEXT): Plugin {
  const cache = new Map<string, object>()
  const keys = new WeakMap<object, string>()
  return {
    onParams({ params, request, context, setResult }) {
      const key = keyOf(params, request)
      keys.set(context, key)
      const cached = cache.get(key)
      if (cached !== undefined) setResult(cached)
    },
    onExecutionResult({ result, context }) {
      const key = keys.get(context)
      if (key !== undefined && result !== undefined) cache.set(key, result)
    },
  }
}

/** Answers in place of the execution. */
export function useStoppingCache(): Plugin {
  const cache = new Map<unknown, object>()
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const cached = cache.get(args.document)
      if (cached !== undefined) setResultAndStopExecution(cached)
      return { onExecuteDone: ({ result }) => void cache.set(args.document, result) }
    },
  }
}

/** Answers as an executor, as Envelop's own response cache does. */
export function useExecutingCache(): Plugin {
  const cache = new Map<unknown, object>()
  return {
    onExecute({ args, setExecuteFn }) {
      const cached = cache.get(args.document)
      if (cached !== undefined) setExecuteFn(() => cached as never)
      return { onExecuteDone: ({ result }) => void cache.set(args.document, result) }
    },
  }
}

/** Yoga's response cache, with one session for all. */
export function useCarelessCache(): Plugin {
  return useResponseCache({ session: () => null, includeExtensionMetadata: false }) as Plugin
}
