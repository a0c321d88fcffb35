import { InvalidArgumentError } from 'commander'
import type { Algorithm } from '../base/key-options.js'
import { ALGORITHMS } from '../base/option-table.js'

/** The argument of `--alg`. */
export function readAlgorithm(value: string): Algorithm {
  const found = ALGORITHMS.find((one) => one === value)
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${ALGORITHMS.join(', ')}.`)
  return found
}
