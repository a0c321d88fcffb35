/** A unique name is taken. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict'
  readonly field: 'username' | 'email' | 'id'

  constructor(field: 'username' | 'email' | 'id') {
    super(`${field} is taken`)
    this.field = field
  }
}

/** The database did not answer, or refused. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** The connection died while COMMIT was under way: the transaction holds, or nothing of it was written. */
export class StoreOutcomeUnknown extends StoreUnavailable {}
