/**
 * In milliseconds: how long a transaction waits for its turn or its connection, and how long it may take. Prisma's own
 * 2 s to wait are too short for 200 logins at once.
 */
export const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 10_000 }
