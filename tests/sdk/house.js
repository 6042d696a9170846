// A profile, a simulated OpenAI behind it and the built gateway in front, for tests of client libraries.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const PROGRAM = process.env.INKHORN_PROGRAM ?? join(ROOT, 'target', 'debug', 'inkhorn')
const SIMULATE = join(dirname(PROGRAM), 'simulate')

/**
 * Starts everything. `key` is the provider's key, `token` the app's, `url` the gateway's base URL for clients of OpenAI.
 */
export async function openHouse() {
  const folder = mkdtempSync(join(tmpdir(), 'inkhorn-sdk-'))
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    LANG: 'C.UTF-8',
    INKHORN_DATA_DIR: join(folder, 'data'),
    INKHORN_NO_KEYCHAIN: '1',
    INKHORN_PASSPHRASE: 'a passphrase for the proof of client libraries',
  }
  const said = []
  const started = []

  /** Starts a program and gives what it told up to the line that is `wanted`, as that line's match. */
  async function start(program, line, wanted) {
    const child = spawn(program, line, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    started.push(child)
    child.stderr.on('data', (data) => said.push(data.toString()))
    for await (const text of createInterface({ input: child.stdout })) {
      const match = wanted.exec(text)
      if (match) return match
    }
    throw new Error(`${line[0]} ended early: ${said.join('')}`)
  }

  /** Runs a command to its end and gives its document. */
  function run(line, input = '') {
    const ran = spawnSync(PROGRAM, [...line, '--json'], { env: environment, input, encoding: 'utf8' })
    if (ran.status !== 0) throw new Error(`${line.join(' ')}: ${ran.stdout}${ran.stderr}`)
    return JSON.parse(ran.stdout)
  }

  async function settle() {
    const [, provider, key] = await start(SIMULATE, ['openai'], /^openai +(\S+) +(\S+)/)
    run(['connections', 'add', '--provider', 'openai', '--base-url', provider, '--key-stdin'], key)
    const { token } = run(['apps', 'add', 'SDK'])
    const [first] = await start(PROGRAM, ['serve', '--port', '0'], /^\{.*\}$/)
    return { key, token, first }
  }

  const { key, token, first } = await settle().catch((failure) => {
    // A program that is left would keep the test from ending.
    started.forEach((child) => child.kill())
    throw failure
  })

  return {
    key,
    token,
    url: `${JSON.parse(first).address}/v1`,
    /** The rows of the usage log, the newest first. */
    rows: () => run(['usage']).rows,
    /** Ends everything and gives the files that hold this text, and what was said with it. */
    async close(...texts) {
      const gone = started.map((child) => new Promise((ended) => child.once('exit', ended)))
      for (const child of started) child.kill('SIGTERM')
      await Promise.all(gone)
      const found = [...files(folder), ...said.map((text) => ({ name: 'said', content: text }))]
      const hits = found.filter(({ content }) => texts.some((text) => content.includes(text)))
      rmSync(folder, { recursive: true })
      return { searched: found.length, hits: hits.map(({ name }) => name) }
    },
  }
}

function files(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: path, content: readFileSync(path).toString('latin1') }))
}
