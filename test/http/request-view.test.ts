import { once } from 'node:events'
import type { Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { createOptions, handleNode, JSON_HEADER, post, QUESTION, serve } from './ways-in.js'

describe('what a resolver finds of the request', () => {
  test('is a Fetch request but for its body, made when it is asked for', async () => {
    let seen: { method: string; url: string; headers: Headers; signal: AbortSignal } | undefined
    const look: Plugin = {
      onExecute: ({ args }) => {
        seen = args.contextValue.request
      },
    }
    const url = await serve(handleNode(createOptions([look])))
    await post(url, QUESTION, { 'x-note': 'kept' })
    expect(seen).toMatchObject({ method: 'POST', url })
    expect(seen?.headers.get('x-note')).toBe('kept')
    expect(seen?.signal.aborted).toBe(false)
  })

  test('tells when the client goes away before it is answered', async () => {
    const controller = new AbortController()
    let told: Promise<unknown> = Promise.resolve()
    const wait: Plugin = {
      onExecute: ({ args, setExecuteFn }) => {
        const { signal } = args.contextValue.request
        setExecuteFn(async () => {
          told = once(signal, 'abort')
          controller.abort()
          await told
          return { data: null }
        })
      },
    }
    const url = await serve(handleNode(createOptions([wait])))
    const init = { method: 'POST', headers: JSON_HEADER, body: QUESTION, signal: controller.signal }
    await expect(fetch(url, init)).rejects.toThrow('aborted')
    await told
  })
})
