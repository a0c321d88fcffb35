import type { PlainAnswer } from './http-refusal.js'

/** `/health`: the process answers. `/ready`: it can judge tokens, and is not about to stop. */
export function createHealth(isReady: () => boolean): (path: string) => PlainAnswer | null {
  return (path) => {
    if (path === '/health') return answer(200, 'ok')
    if (path === '/ready') return isReady() ? answer(200, 'ready') : answer(503, 'not ready')
    return null
  }
}

function answer(status: number, text: string): PlainAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ status: text }),
  }
}
