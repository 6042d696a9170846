// Looks at every page in every state: serves tests/look/dist under the window's own content policy, drives WebKit over
// WebDriver, keeps a picture of each, and runs axe-core over them. Usage: node tests/look/shoot.mjs OUT [filter]
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = process.argv[2] ?? 'look-output';
const filter = process.argv[3] ?? '';
const dist = process.env.LOOK_DIST ?? fileURLToPath(new URL('./dist', import.meta.url));
mkdirSync(out, { recursive: true });

const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'";
const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://x').pathname;
  try {
    const body = readFileSync(join(dist, path === '/' ? 'index.html' : path));
    response.writeHead(200, { 'content-type': kinds[extname(path)] ?? 'text/html', 'content-security-policy': csp });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const address = `http://127.0.0.1:${server.address().port}/`;

const port = await new Promise((found) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});
const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', detached: true });
const call = async (method, path, body) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const { value } = await answer.json();
  if (value?.error) throw new Error(`${path}: ${value.error} ${value.message}`);
  return value;
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let failures = 0;
try {
  for (let n = 0; n < 50; n += 1) {
    try {
      await call('GET', '/status');
      break;
    } catch {
      await pause(100);
    }
  }
  const browser = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
  const { sessionId } = await call('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: process.env.BROWSER ?? browser, args: ['--automation'] } } },
  });
  const session = `/session/${sessionId}`;
  const run = (script, args = []) => call('POST', `${session}/execute/sync`, { script, args });
  const runAsync = (script, args = []) => call('POST', `${session}/execute/async`, { script, args });
  const there = async (testid) => {
    for (let n = 0; n < 60; n += 1) {
      if (await run('return !!document.querySelector(`[data-testid="${arguments[0]}"]`)', [testid])) return;
      await pause(50);
    }
    throw new Error(`no ${testid}`);
  };
  const click = async (testid) => {
    await there(testid);
    await run('document.querySelector(`[data-testid="${arguments[0]}"]`).click()', [testid]);
  };
  const press = async (testid, keys) => {
    await run('document.querySelector(`[data-testid="${arguments[0]}"]`).focus()', [testid]);
    const found = await call('POST', `${session}/element`, { using: 'css selector', value: `[data-testid="${testid}"]` });
    await call('POST', `${session}/element/${Object.values(found)[0]}/value`, { text: keys });
  };
  const type = async (testid, text) => {
    await there(testid);
    const found = await call('POST', `${session}/element`, { using: 'css selector', value: `[data-testid="${testid}"]` });
    await call('POST', `${session}/element/${Object.values(found)[0]}/value`, { text });
  };

  const views = [
    ['desk', 'normal', '/desk/c1'],
    ['desk-top', 'normal', '/desk/c1', async () => run('document.querySelector(`[data-testid="manuscript"]`).scrollTop = 0')],
    ['desk-new', 'normal', '/desk', async () => { await type('composer', 'The lamp had burned down to a blue bead.'); await pause(600); }],
    ['desk-streaming', 'normal', '/desk', async () => { await type('composer', 'Write on.'); await click('send'); await pause(900); }],
    ['desk-full', 'full', '/desk/c1'],
    ['desk-broken', 'broken', '/desk'],
    ['desk-slow', 'slow', '/desk', () => pause(500)],
    ['desk-locked', 'locked', '/desk'],
    ['start', 'empty', '/desk'],
    ['start-key', 'empty', '/desk', async () => { await click('key-paste'); await pause(300); }],
    ['start-nothing', 'none', '/desk', async () => { await run('document.querySelector(`[data-testid="start-nothing"]`).open = true'); await run('document.querySelector(`[data-testid="start-nothing"]`).scrollIntoView()'); await pause(200); }],
    ['start-slow', 'slow', '/desk', () => pause(500)],
    ['start-list', 'empty', '/desk', async () => { await click('start-provider'); await pause(300); }],
    ['start-connect', 'empty', '/desk', async () => { await click('start-provider'); await pause(300); await click('provider-openrouter'); await pause(200); await click('form-test'); await pause(300); }],
    ['start-helped', 'empty', '/desk', async () => { await click('start-provider'); await pause(300); await click('provider-openrouter'); await pause(200); await click('form-test'); await click('test-help'); await pause(300); }],
    ['sign-in', 'empty', '/desk', async () => { await click('start-sign-in-openrouter'); await pause(300); }],
    ['sign-in-waiting', 'empty', '/desk', async () => { await click('start-sign-in-openrouter'); await click('sign-in-begin'); await pause(300); }],
    ['sign-in-stuck', 'empty', '/desk', async () => { await click('start-sign-in-openrouter'); await click('sign-in-begin'); await click('sign-in-stuck'); await type('sign-in-code', '??'); await click('sign-in-code-use'); await pause(300); }],
    ['sign-in-denied', 'empty', '/desk', async () => { await click('start-sign-in-openrouter'); await click('sign-in-begin'); await pause(100); await run('double.signIn.end({ outcome: "denied", connection: null })'); await pause(300); }],
    ['guides', 'normal', '/guides'],
    ['guide', 'normal', '/guides/openrouter#no_credit', () => pause(200)],
    ['guide-local', 'normal', '/guides/ollama#connection_refused', () => pause(200)],
    ['connections-settings', 'normal', '/connections/openrouter', async () => { await click('sheet-settings'); await pause(200); }],
    ['connections-account', 'normal', '/connections/openrouter', async () => { await run('document.querySelector(`[data-testid="account"]`).scrollIntoView()'); await pause(200); }],
    ['connections-helped', 'normal', '/connections/anthropic', async () => { await click('test-help'); await pause(300); }],
    ['connections-preset', 'normal', '/connections?add=openai_compatible', async () => { await pause(200); }],
    ['connections-disconnect', 'normal', '/connections/openrouter', async () => { await click('connection-remove'); await pause(300); }],
    ['desk-too-long', 'normal', '/desk', async () => { await type('composer', 'The lamp had burned down to a blue bead by the time Marta heard the second knock. '.repeat(6)); await pause(700); }],
    ['selector', 'normal', '/desk/c1', async () => { await click('fact-model'); await pause(400); }],
    ['selector-full', 'full', '/desk/c1', async () => { await click('fact-model'); await pause(400); await type('model-search', 'granite 9'); await pause(300); }],
    ['selector-shelves', 'normal', '/desk/c1', async () => { await click('fact-model'); await pause(300); await click('filter-more'); await pause(200); }],
    ['selector-narrow', 'normal', '/desk/c1', async () => { await click('fact-model'); await pause(300); await click('filter-only:favourites'); await pause(200); }],
    ['selector-typed', 'normal', '/desk/c1', async () => { await click('fact-model'); await pause(300); await type('model-search', 'opus fr'); await pause(200); }],
    ['selector-about', 'normal', '/desk/c1', async () => { await click('fact-model'); await pause(300); await type('model-search', 'opus'); await pause(200); }],
    ['selector-collection', 'normal', '/desk/c1', async () => { await click('fact-model'); await pause(300); await type('model-search', 'prose'); await pause(200); }],
    ['selector-end', 'full', '/desk/c1', async () => { await click('fact-model'); await pause(300); await run('const s = document.querySelector(`[data-testid="model-scroller"]`); s.scrollTop = s.scrollHeight / 2'); await pause(200); }],
    ['desk-slash', 'normal', '/desk', async () => { await type('composer', '/'); await pause(400); }],
    ['desk-fill', 'normal', '/desk', async () => { await type('composer', '/'); await click('pick-p1'); await type('fill-passage', 'The lamp had burned down to a blue bead by the time Marta heard the second knock.'); await pause(500); }],
    ['desk-fill-missing', 'normal', '/desk', async () => { await type('composer', '/'); await click('pick-p1'); await pause(300); await click('fill-send'); await pause(400); }],
    ['desk-prompt', 'normal', '/desk', async () => { await type('composer', '/'); await click('pick-p4'); await pause(300); await click('fill-insert'); await pause(500); }],
    ['desk-assistant', 'normal', '/desk', async () => { await there('composer-assistant'); await press('composer-assistant', '\uE007'); await pause(400); }],
    ['desk-auto', 'normal', '/desk/c2', async () => { await pause(400); await run('document.querySelector(`[data-testid="manuscript"]`).scrollTop = 0'); }],
    ['prompts', 'normal', '/prompts'],
    ['prompts-empty', 'empty', '/prompts'],
    ['prompts-full', 'full', '/prompts'],
    ['prompts-open', 'normal', '/prompts/p1', async () => { await there('blank-passage'); await run('document.querySelector(`[data-testid="blank-length"]`).open = true'); await pause(300); }],
    ['prompts-gone', 'normal', '/prompts/p3', async () => { await there('blank-who or what'); await pause(200); }],
    ['prompts-new', 'normal', '/prompts/new', async () => { await type('prompt-text', 'Dear {{agent}}, my novel {{title}} is'); await pause(500); await click('prompt-save'); await pause(200); }],
    ['prompts-locked', 'locked', '/prompts'],
    ['prompts-broken', 'broken', '/prompts'],
    ['assistants', 'normal', '/assistants'],
    ['assistants-open', 'normal', '/assistants/research', async () => { await there('assistant-web'); await pause(200); }],
    ['assistants-own', 'normal', '/assistants/own1', async () => { await there('assistant-delete'); await pause(200); }],
    ['assistants-locked', 'locked', '/assistants'],
    ['models', 'normal', '/models'],
    ['models-connection', 'normal', '/models?of=openrouter', () => pause(200)],
    ['models-shelf', 'normal', '/models', async () => { await click('models-shelf'); await pause(200); }],
    ['models-gone', 'normal', '/models?view=gone', async () => { await click('model-row'); await pause(200); }],
    ['models-new', 'normal', '/models?view=new', () => pause(200)],
    ['models-marking', 'normal', '/models', async () => { await click('models-mark'); await pause(100); await click('bulk-all'); await pause(200); }],
    ['models-price', 'normal', '/models', async () => { await click('model-row'); await click('part-price'); await run('document.querySelector(`[data-testid="own-price"]`).scrollIntoView()'); await pause(200); }],
    ['models-question', 'normal', '/models', async () => { await click('model-row'); await click('part-price'); await pause(100); await type('own-price-input', '00'); await type('own-price-output', '000'); await click('own-price-save'); await pause(300); await run('document.querySelector(`[data-testid="own-price-question"]`).scrollIntoView()'); await pause(100); }],
    ['models-place', 'normal', '/models', async () => { await click('model-row'); await click('part-place'); await run('document.querySelector(`[data-testid="place-up"]`).scrollIntoView()'); await pause(200); }],
    ['models-add', 'normal', '/models?of=ollama', async () => { await click('models-add'); await type('add-id', 'hf.co/maker/odd name:v2 小'); await pause(200); }],
    ['models-recommended', 'normal', '/models?view=recommended', () => pause(200)],
    ['models-defaults', 'normal', '/models?view=defaults', () => pause(200)],
    ['models-undo', 'normal', '/models', async () => { await click('models-mark'); await pause(100); await click('bulk-all'); await click('bulk-hide'); await pause(300); }],
    ['guidance', 'normal', '/models/guidance', () => pause(200)],
    ['guidance-end', 'normal', '/models/guidance', async () => { await run('document.querySelector(`[data-testid="adult-mode"]`).scrollIntoView(false)'); await pause(200); }],
    ['guidance-adult', 'normal', '/models/guidance', async () => { await click('adult-switch'); await pause(200); }],
    ['guidance-broken', 'broken', '/models/guidance', () => pause(200)],
    ['models-empty', 'empty', '/models'],
    ['models-full', 'full', '/models'],
    ['models-broken', 'broken', '/models'],
    ['collection', 'normal', '/models?collection=Night drafts', () => pause(200)],
    ['collection-settings', 'normal', '/models?collection=Night drafts', async () => { await there('member-unfold'); await run('document.querySelectorAll(`[data-testid="member-unfold"]`)[1].click()'); await pause(100); await type('member-tokens', 'many'); await pause(100); }],
    ['collection-silent', 'normal', '/models?collection=Broken ones', () => pause(200)],
    ['collection-removed', 'normal', '/models?collection=Night drafts', async () => { await click('member-remove'); await pause(200); }],
    ['collection-drag', 'normal', '/models?collection=Night drafts', async () => {
      await there('member-grip');
      await pause(200);
      const [x, y] = await run('const box = document.querySelector(`[data-testid="member-grip"]`).getBoundingClientRect(); return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]');
      const mouse = (...acts) => call('POST', `${session}/actions`, { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions: acts }] });
      await mouse({ type: 'pointerMove', x, y }, { type: 'pointerDown', button: 0 });
      await mouse({ type: 'pointerMove', x: x + 4, y: y + 40, duration: 50 });
      await mouse({ type: 'pointerMove', x: x + 4, y: y + 110, duration: 50 });
      await there('drop-line');
    }],
    ['collections-paste', 'normal', '/models?collection=Night drafts', async () => {
      await run('document.querySelector(`[data-testid="collection-paste"]`).click()');
      await there('paste-text');
      await run('const field = document.querySelector(`[data-testid="paste-text"]`); field.value = arguments[0]; field.dispatchEvent(new Event("input", { bubbles: true }))', ['# An Inkhorn collection, form 1.\ncollection: Night drafts\n\nmodel: openrouter/claude-opus-4.6\n  temperature: 0.8\n  reasoning: high\nmodel: friend/else\n\nend: 2 models\n']);
      await there('paste-holds');
    }],
    ['apps-models', 'normal', '/apps', async () => {
      await click('app-add');
      await run('document.querySelector(`[data-testid="app-form"] details`).open = true');
      await click('app-models-add');
      await pause(500);
      await run('document.querySelector(`[data-testid="collection-row"], [data-testid="model-row"]`).click()');
      await pause(300);
    }],
    ['connections', 'normal', '/connections'],
    ['connections-open', 'normal', '/connections/anthropic'],
    ['connections-local', 'normal', '/connections/ollama', async () => { await click('sheet-test'); await pause(300); }],
    ['connections-add', 'normal', '/connections?add='],
    ['connections-form', 'normal', '/connections?add=', async () => { await click('provider-openai_compatible'); await pause(200); await click('form-more'); await pause(100); }],
    ['connections-remove', 'normal', '/connections/openrouter', async () => { await click('connection-remove'); await pause(300); }],
    ['connections-empty', 'empty', '/connections'],
    ['connections-full', 'full', '/connections'],
    ['connections-broken', 'broken', '/connections'],
    ['usage', 'normal', '/usage'],
    ['usage-middle', 'normal', '/usage', async () => { await there('usage-week'); await run('document.querySelector(`[data-testid="usage-table"]`).scrollIntoView()'); await pause(300); }],
    ['usage-foot', 'normal', '/usage', async () => { await there('kept-span'); await run('document.querySelector(`[data-testid="kept"]`).scrollIntoView({ block: "end" })'); await pause(300); }],
    ['usage-kept', 'normal', '/usage', async () => { await there('kept-span'); await click('kept-remove'); await there('kept-told'); await pause(300); }],
    ['usage-kept-always', 'normal', '/usage', async () => { await there('kept-span'); await press('kept-span', '\uE007'); await pause(200); await run('[...document.querySelectorAll("[role=option]")].find((one) => one.textContent.includes("12")).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))'); await there('kept-told'); await pause(300); }],
    ['usage-empty', 'empty', '/usage'],
    ['usage-broken', 'broken', '/usage'],
    ['apps', 'full', '/apps'],
    ['apps-empty', 'empty', '/apps'],
    ['apps-port', 'normal', '/apps', async () => { await click('gateway-switch'); await pause(300); }],
    ['apps-added', 'normal', '/apps', async () => { await click('app-add'); await pause(100); await type('app-name', 'Obsidian Copilot'); await click('app-save'); await pause(300); }],
    ['privacy', 'normal', '/privacy'],
    ['privacy-locked', 'locked', '/privacy'],
    ['privacy-missing', 'keychain_entry_missing', '/privacy'],
    ['privacy-passphrase', 'normal', '/privacy', async () => { await click('passphrase-open'); await pause(100); }],
    ['settings', 'normal', '/settings'],
  ];
  const sizes = [
    [1280, 820],
    [380, 760],
  ];
  const axeRules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { 'page-has-heading-one': { enabled: false }, 'heading-order': { enabled: false } } };
  for (const [width, height] of sizes) {
    await call('POST', `${session}/window/rect`, { x: 0, y: 0, width, height });
    for (const look of ['light', 'dark']) {
      for (const language of look === 'light' && width > 1000 ? ['en', 'id'] : ['en']) {
        for (const [name, scene, path, act] of views) {
          const title = `${name}-${look}-${width}${language === 'id' ? '-id' : ''}`;
          if (filter && !new RegExp(filter).test(title)) continue;
          await call('POST', `${session}/url`, { url: `${address}?scene=${scene}&look=${look}&language=${language}&at=${title}#${path}` });
          await pause(300);
          await runAsync('document.fonts.ready.then(()=>arguments[0]())');
          try {
            await act?.();
          } catch (error) {
            failures += 1;
            console.log(`${title}: ${error.message}`);
          }
          writeFileSync(join(out, `${title}.png`), Buffer.from(await call('GET', `${session}/screenshot`), 'base64'));
          const overflow = await run('return document.documentElement.scrollWidth > innerWidth + 1');
          if (overflow) console.log(`${title}: wider than the window`);
          const found = await runAsync(
            'const done=arguments[arguments.length-1]; axe.run(document, arguments[0]).then(r=>done(r.violations.map(v=>({id:v.id,impact:v.impact,nodes:v.nodes.slice(0,3).map(n=>n.html.slice(0,160))}))),e=>done([{id:String(e),impact:"serious",nodes:[]}]))',
            [axeRules],
          );
          for (const one of found) {
            failures += 1;
            console.log(`${title}: ${one.impact} ${one.id}\n    ${one.nodes.join('\n    ')}`);
          }
        }
      }
    }
  }
  await call('DELETE', session);
} finally {
  process.kill(-driver.pid, 'SIGTERM');
  server.close();
}
console.log(`${failures} findings`);
process.exitCode = failures ? 1 : 0;
