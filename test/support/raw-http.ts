import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Sends bytes as they stand on a connection of their own, and reads until the server closes it. */
export function sendRaw(origin: string, ...chunks: readonly (string | Buffer)[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const received: Buffer[] = []
    // Cut off while it still sends: what was answered before counts.
    let failure: Error | undefined
    socket.on('data', (chunk) => received.push(chunk))
    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => {
      const text = Buffer.concat(received).toString('latin1')
      if (text === '') reject(failure ?? new Error('closed without an answer'))
      else resolve(parseAnswer(text))
    })
    for (const chunk of chunks) socket.write(chunk)
  })
}

/** A request with these header lines, as HTTP/1.1 has it; the connection is closed after the answer. */
export function requestText(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return [`${line} HTTP/1.1`, ...headers, ...length, 'Connection: close', '', body].join('\r\n')
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const rest = text.slice(end + 4)
  const body = headers.get('transfer-encoding') === 'chunked' ? joinChunks(rest) : rest
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}

function joinChunks(text: string): string {
  const size = Number.parseInt(text, 16)
  if (!(size > 0)) return ''
  const start = text.indexOf('\r\n') + 2
  return text.slice(start, start + size) + joinChunks(text.slice(start + size + 2))
}
