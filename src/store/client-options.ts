/** What both providers' clients are made with, beside their adapter. */
export const CLIENT_OPTIONS = {
  /**
   * In milliseconds: how long a transaction waits for its turn or its connection, and how long it may take. Prisma's
   * own 2 s to wait are too short for 200 logins at once.
   */
  transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  /** Prisma's other forms read our source for the message. */
  errorFormat: 'minimal',
} as const
