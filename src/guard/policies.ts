import type { Pending, Verdict } from './decide.js'
import type { TakenViewer, Viewer } from './viewer.js'

/**
 * A function of the host's that has a say. It is asked when all other rules of the operation hold, hence only for
 * bearers of a valid token. Nothing but `true` allows.
 */
export type Policy = (viewer: Viewer, context: never) => boolean | Promise<boolean>

const LIMIT_MILLISECONDS = 1000

/** Asks each policy once, all at the same time. Never rejects: a policy that fails does not hold. */
export async function askPolicies(
  { policies: names, viewer, settle }: Pending,
  policies: Readonly<Record<string, Policy>>,
  context: unknown,
): Promise<Verdict> {
  const told = Object.freeze(tell(viewer))
  const answers = await Promise.all(
    names.map(async (name) => {
      const policy = Object.hasOwn(policies, name) ? policies[name] : undefined
      return policy !== undefined && (await isTrueInTime(async () => policy(told, context as never)))
    }),
  )
  return settle(new Set(names.filter((_name, index) => answers[index])))
}

function tell({ roles, scopes, claims, fresh, authTime }: TakenViewer): Viewer {
  return {
    kind: 'active',
    // Every policy is given the same viewer, and none may change it for the next.
    roles: Object.freeze([...roles]),
    scopes: Object.freeze([...scopes]),
    claims,
    ...(fresh === undefined ? {} : { fresh }),
    ...(authTime === undefined ? {} : { authTime }),
  }
}

async function isTrueInTime(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, LIMIT_MILLISECONDS, false)
  })
  try {
    return (await Promise.race([ask(), silence])) === true
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
