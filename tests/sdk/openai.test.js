// The official client library of OpenAI against the built gateway.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai'
import { openHouse } from './house.js'

const MODEL = 'openai/gpt-4o-mini'
const PROMPT = 'The heron CANARYSDK31415926 left at dusk.'
const messages = [{ role: 'user', content: PROMPT }]
const tools = [
  {
    type: 'function',
    function: {
      name: 'look_up',
      description: 'Looks a word up',
      parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
    },
  },
]

let house
let client

before(async () => {
  house = await openHouse()
  client = new OpenAI({ apiKey: house.token, baseURL: house.url, maxRetries: 0 })
  // The address may be told a moment before the vault is open.
  const ready = async () => (await client.models.list()).data.some((model) => model.id === MODEL)
  const giveUp = Date.now() + 10_000
  while (!(await ready())) assert.ok(Date.now() < giveUp, 'the vault does not open')
})

after(async () => {
  const { searched, hits } = await house.close(house.key, house.token, 'CANARYSDK31415926')
  assert.ok(searched > 1)
  assert.deepEqual(hits, [])
})

/** Waits for the newest row to be so; a caller that went away is not told when it is. */
async function newest(result) {
  const giveUp = Date.now() + 5_000
  while (house.rows()[0]?.result !== result) assert.ok(Date.now() < giveUp, `no row says ${result}`)
  return house.rows()[0]
}

test('a chat is answered, counted and named', async () => {
  const { data, response } = await client.chat.completions.create({ model: MODEL, messages }).withResponse()
  assert.equal(data.object, 'chat.completion')
  assert.equal(data.choices[0].message.role, 'assistant')
  assert.equal(data.choices[0].message.content, 'The rain had stopped before the letter came.')
  assert.equal(data.choices[0].finish_reason, 'stop')
  assert.ok(data.usage.prompt_tokens > 0 && data.usage.completion_tokens > 0)
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens)
  assert.equal(data._request_id, response.headers.get('x-request-id'))
  assert.ok(data._request_id)
  const row = house.rows()[0]
  assert.deepEqual([row.face, row.app, row.result], ['gateway', 'SDK', 'completed'])
})

test('a stream comes in pieces, with counts only where they are asked for', async () => {
  for (const counts of [false, true]) {
    const options = counts ? { stream_options: { include_usage: true } } : {}
    const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true, ...options })
    let text = ''
    let pieces = 0
    const usage = []
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta?.content
      if (delta) pieces += 1
      text += delta ?? ''
      if (chunk.usage) usage.push(chunk.usage)
    }
    assert.equal(text, 'The rain had stopped before the letter came.')
    assert.ok(pieces > 3)
    assert.equal(usage.length, counts ? 1 : 0)
    if (counts) assert.ok(usage[0].completion_tokens > 0)
  }
  assert.equal((await newest('completed')).quality, 'reported')
})

test('the helper of the library that gathers a stream sees a whole answer', async () => {
  const stream = client.chat.completions.stream({ model: MODEL, messages })
  const whole = await stream.finalChatCompletion()
  assert.equal(whole.choices[0].message.content, 'The rain had stopped before the letter came.')
})

test('tools are called, whole and in pieces', async () => {
  const model = 'openai/tool'
  const whole = await client.chat.completions.create({ model, messages, tools })
  const [call] = whole.choices[0].message.tool_calls
  assert.equal(whole.choices[0].finish_reason, 'tool_calls')
  assert.equal(call.function.name, 'look_up')
  assert.deepEqual(JSON.parse(call.function.arguments), { word: 'inkhorn' })

  const gathered = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
  const [again] = gathered.choices[0].message.tool_calls
  assert.deepEqual(JSON.parse(again.function.arguments), { word: 'inkhorn' })

  const answered = await client.chat.completions.create({
    model: MODEL,
    tools,
    messages: [...messages, whole.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'a horn for ink' }],
  })
  assert.equal(answered.choices[0].finish_reason, 'stop')
})

test('the models are listed and found', async () => {
  const ids = []
  for await (const model of client.models.list()) ids.push(model.id)
  assert.ok(ids.includes(MODEL))
  const one = await client.models.retrieve(MODEL)
  assert.equal(one.id, MODEL)
  assert.equal(one.object, 'model')
  assert.ok(Number.isInteger(one.created))
  await assert.rejects(client.models.retrieve('openai/none'), NotFoundError)
})

test('each failure is of the kind that the library knows', async () => {
  const ask = (model) => client.chat.completions.create({ model, messages })
  await assert.rejects(client.withOptions({ apiKey: 'wrong' }).models.list(), AuthenticationError)
  await assert.rejects(ask('openai/none-such'), NotFoundError)
  await assert.rejects(ask('nobody/gpt-4o-mini'), NotFoundError)
  await assert.rejects(client.chat.completions.create({ model: MODEL, messages, max_tokens: -1 }), BadRequestError)
  await assert.rejects(ask('openai/fault-500'), InternalServerError)
  await assert.rejects(ask('openai/fault-429-wait'), (error) => {
    assert.ok(error instanceof RateLimitError)
    assert.equal(error.code, 'rate_limited')
    assert.equal(error.headers.get('retry-after'), '20')
    return true
  })
  await assert.rejects(ask('openai/fault-echo'), (error) => {
    assert.equal(error.status, 502)
    assert.ok(!error.message.includes(house.key.slice(-12)))
    return true
  })
})

test('a failure of the provider is not asked for again behind the writer’s back', async () => {
  const before = house.rows().length
  const insistent = client.withOptions({ maxRetries: 3 })
  await assert.rejects(insistent.chat.completions.create({ model: 'openai/fault-500', messages }), InternalServerError)
  assert.equal(house.rows().length, before + 1)
})

test('a stream that breaks is told, not passed off as whole', async () => {
  for (const model of ['openai/fault-cut', 'openai/fault-stop', 'openai/fault-error']) {
    const stream = await client.chat.completions.create({ model, messages, stream: true })
    let pieces = 0
    await assert.rejects(async () => {
      for await (const chunk of stream) pieces += chunk.choices.length
    }, OpenAI.APIError)
    assert.ok(pieces > 0, model)
    assert.equal(house.rows()[0].result, 'failed')
  }
})

test('a caller that stops ends the answer, and what came is counted', async () => {
  const stream = await client.chat.completions.create({ model: 'openai/slow', messages, stream: true })
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta?.content) break
  }
  const row = await newest('aborted')
  assert.ok(row.output_tokens > 0)

  const rows = house.rows().length
  const stopping = new AbortController()
  const asked = client.chat.completions.create({ model: 'openai/fault-silent', messages }, { signal: stopping.signal })
  setTimeout(() => stopping.abort(), 1_000)
  await assert.rejects(asked, APIUserAbortError)
  const giveUp = Date.now() + 5_000
  while (house.rows().length === rows) assert.ok(Date.now() < giveUp, 'the row is missing')
  assert.equal(house.rows()[0].result, 'aborted')
})
