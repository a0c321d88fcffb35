/** Tells the parent where the target listens, and, whenever it asks, how much processor time has gone by. */
export function reportTo(parent: NodeJS.Process, ready: { url: string; token?: string }): void {
  parent.on('message', () => {
    const { user, system } = parent.cpuUsage()
    parent.send?.({ cpuMicroseconds: user + system, rssBytes: parent.memoryUsage.rss() })
  })
  parent.send?.(ready)
}
