import type { TestServer } from './server.js'

/** A stream of server-sent events, as a client reads it. */
export interface EventStream {
  /** The next thing that a `next` event says; undefined: it is over. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer's data
  next(): Promise<any>
  /** What comes until it ends: the names of the events, and what they say. */
  rest(): Promise<readonly (readonly [string, Record<string, unknown>])[]>
  close(): void
}

type Door = (server: TestServer, init: RequestInit) => Promise<Response>

export const STREAM_DOORS: Readonly<Record<string, Door>> = {
  'node:http': ({ url }, init) => fetch(url, init),
  fetch: ({ sallyport }, init) => sallyport.fetch(new Request('http://sallyport.example/graphql', init)),
}

/** Asks for a subscription, whatever is answered. */
export async function openEvents(
  server: TestServer,
  query: string,
  { headers = {}, door = 'node:http' }: { headers?: Record<string, string>; door?: string } = {},
): Promise<EventStream> {
  const reader = new AbortController()
  const response = await STREAM_DOORS[door]?.(server, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: reader.signal,
  })
  if (!response?.body) throw new Error('no stream')
  const events = readEvents(response.body)
  return {
    async next() {
      const { value } = await events.next()
      return value?.[0] === 'next' ? value[1] : undefined
    },
    async rest() {
      const rest = []
      for await (const event of events) rest.push(event)
      return rest
    },
    close: () => reader.abort(),
  }
}

async function* readEvents(body: NonNullable<Response['body']>) {
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const [, name, json] = /^event: (.*)\ndata: ?(.*)$/m.exec(event) ?? []
      if (name !== undefined) yield [name, json ? JSON.parse(json) : {}] as const
    }
  }
}
